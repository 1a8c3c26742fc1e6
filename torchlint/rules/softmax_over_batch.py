from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules._losses import TRIGGERS, story
from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.columns import Columns
from torchlint.semantics.functions import Function
from torchlint.semantics.knowledge.activations import LOG, SOFTMAX
from torchlint.semantics.knowledge.losses import LOG_PROBABILITIES, LOGITS
from torchlint.semantics.losses import loss_uses
from torchlint.semantics.nodes import Attr, Binary, Call, Display, Element, Free, Node, Part, strip
from torchlint.semantics.operations import Operations, called_name
from torchlint.semantics.values import Constant, External, Instance

if TYPE_CHECKING:
    from torchlint.semantics.activations import Activation
    from torchlint.semantics.losses import LossUse
    from torchlint.semantics.module import Module
    from torchlint.semantics.values import Context

_FUNCTIONS = frozenset({"softmax", "log_softmax", "softmin"})
_LAYERS = frozenset({"Softmax", "LogSoftmax", "Softmin"})

#: Losses of scores for classes: (samples, classes, ...).
_OF_CLASSES = frozenset({"CrossEntropyLoss", "cross_entropy", "NLLLoss", "nll_loss"})

#: What makes another dimension the first.
_MOVING = frozenset(
    {"unsqueeze", "t", "transpose", "permute", "view", "reshape", "stack", "T", "unsqueeze_", "expand", "repeat", "cat"}
)


class SoftmaxOverBatch(StaticRule):
    """
    ## What it does
    Finds a softmax or log-softmax right before the loss that runs over the batch (dim=0) instead of the classes, and a
    softmax without `dim` of the result of `torch.bmm`: of three dimensions, it takes the first.

    ## Why is this bad?
    The probabilities of one class sum to 1 over the samples, so that each prediction depends on which others are in
    its batch. It trains a little, and falls apart with another batch size.

    ## Example
    ```python
    loss = F.nll_loss(F.log_softmax(logits, dim=0), labels)
    ```

    ## Use instead
    ```python
    loss = F.nll_loss(F.log_softmax(logits, dim=1), labels)
    ```

    ## Known problems
    Elsewhere than before a loss, dimension 0 may be anything, and is not judged. In source, it must be seen that the
    loss is one of a batch: by a data loader, by the sizes, or by `argmax(1)` of the same values.

    ## References
    - [torch.nn.functional.log_softmax](https://pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html)
    """

    code = "TLN206"
    name = "softmax-over-batch"
    guarded = True
    triggers = (*TRIGGERS, b"bmm(")

    def check(self, module: Module) -> Iterator[Problem]:
        seen: set[tuple[int, int]] = set()
        for use in loss_uses(module):
            if use.name not in _OF_CLASSES or use.expects not in (LOGITS, LOG_PROBABILITIES):
                continue
            for item in use.inputs:
                if item.kind not in (SOFTMAX, LOG) or not item.sure or item.site is None:
                    continue
                key = (id(item.site.module), item.site.n)
                if key in seen or not _is_over_samples(module, use, item):
                    continue
                seen.add(key)
                site, related = story(module, use, item, "the softmax")
                yield Problem(
                    site,
                    f"the softmax before {use.name} runs over the batch (dim=0): the probabilities of each class sum "
                    "to 1 over the samples, and each sample's result depends on the others",
                    "use dim=1 (or dim=-1), the dimension of the classes",
                    related,
                )
        if module.calls_by_name.get("bmm"):
            yield from self._attention(module)

    def _attention(self, module: Module) -> Iterator[Problem]:
        """A softmax without a dimension of a batch of products."""
        for function in module.functions:
            products = [call for call in function.calls if called_name(call) in ("bmm", "baddbmm")]
            for call in function.calls if products else ():
                operand = _without_dim(module, call)
                product = _product(module, function, operand) if operand is not None else None
                if product is not None:
                    yield Problem(
                        module.site(call),
                        "a softmax without `dim` takes the first of three dimensions, which is the batch here: the "
                        "weights sum to 1 over the samples, and each sample's result depends on the others",
                        "name the dimension: dim=-1 for the keys of an attention",
                        ((module.site(product), "a batch of matrices: (batch, rows, columns)"),),
                    )


def _is_over_samples(module: Module, use: LossUse, item: Activation) -> bool:
    assert item.site is not None
    applied = item.site.module.call_at(item.site.n)
    if applied is None or not _takes_first(item, applied) or not _goes_on_as_it_is(applied):
        return False
    loss = module.call_at(use.site.n)
    return loss is not None and _is_of_batch(module, loss, applied)


def _takes_first(item: Activation, applied: Call) -> bool:
    """Whether a softmax is told to run over dimension 0."""
    made = item.layer.module.call_at(item.layer.n) if item.layer is not None else applied
    if made is None:
        return False
    dim = made.keyword("dim")
    if dim is None:
        name = called_name(made)
        method = isinstance(made.func, Attr) and name in _FUNCTIONS and len(made.args) == 1
        position = 0 if item.layer is not None or method else 1
        dim = made.args[position] if len(made.args) > position else None
    if dim is None or called_name(made) not in _FUNCTIONS | _LAYERS:
        return False
    evaluator = made.function.module.evaluator
    return evaluator.constant(dim, None) == 0 and type(evaluator.constant(dim, None)) is int


def _goes_on_as_it_is(applied: Call) -> bool:
    """Whether nothing puts another dimension in front of the result, or takes it as one of several."""
    operations, seen, queue = Operations(applied.function), {id(applied)}, [applied]
    for node in queue:
        for taker in operations.takers_of(node):
            name = taker.name if isinstance(taker, Attr) else called_name(taker) if isinstance(taker, Call) else ""
            if name in _MOVING:
                return False
            if isinstance(taker, Display) and taker.kind != "Tuple":
                return False
            if isinstance(taker, Call) and id(taker) not in seen and len(seen) < 20:
                seen.add(id(taker))
                queue.append(taker)
    return True


def _is_of_batch(module: Module, loss: Call, applied: Call) -> bool:
    """Whether the loss is one over several samples for certain."""
    evaluator, function = module.evaluator, loss.function
    operands = [*loss.args, *(value for _, value in loss.keywords)]
    for context in evaluator.callers.contexts(function)[:4]:
        if any(_is_drawn_in_batches(module, strip(operand), context, 0) for operand in operands):
            return True
        shapes = evaluator.shapes
        shapes.begin(shapes.assume(loss.guards, context))
        rank = shapes.shape(operands[0], context).rank if operands else None
        if rank is not None and rank > 1:
            return True
    columns = Columns(evaluator, function, None)
    scores = columns.trail(operands[0]).root if operands else None
    for call in function.calls:
        if called_name(call) not in ("argmax", "max"):
            continue
        _, operand, args = columns.operation(call)
        dim = args[0] if args else call.keyword("dim")
        if operand is not None and dim is not None and evaluator.constant(dim, None) == 1:
            if columns.trail(operand).root == scores:
                return True
    return False


def _is_drawn_in_batches(module: Module, node: Node, context: Context | None, depth: int) -> bool:
    """Whether a tensor comes out of a data loader that puts samples together."""
    if isinstance(node, Call) and isinstance(node.func, Attr) and depth < 6:
        return _is_drawn_in_batches(module, strip(node.func.base), context, depth + 1)
    while isinstance(node, (Part, Attr)):
        node = strip(node.base)
    if not isinstance(node, Element):
        return False
    source = strip(node.base)
    if isinstance(source, Call) and isinstance(source.func, Free) and source.func.name in ("enumerate", "tqdm"):
        source = strip(source.args[0]) if source.args else source
    loaders = module.evaluator.values(source, context)
    return bool(loaders) and all(
        isinstance(value, Instance)
        and value.last.endswith("DataLoader")
        and value.call is not None
        and not _is_single(module, value)
        for value in loaders
    )


def _is_single(module: Module, loader: Instance) -> bool:
    """Whether a loader gives one sample at a time."""
    assert loader.call is not None
    size = loader.call.args[1] if len(loader.call.args) > 1 else loader.call.keyword("batch_size")
    if size is None:
        return True
    known = module.evaluator.values(size, loader.context)
    return any(isinstance(value, Constant) and value.value in (None, 1) for value in known)


def _without_dim(module: Module, call: Call) -> Node | None:
    """What a softmax without a dimension is applied to. As a method, it needs its dimension."""
    if len(call.args) != 1 or call.keywords:
        return None
    values = module.evaluator.values(call.func, None)
    return call.args[0] if values and all(map(_has_no_dim, values)) else None


def _has_no_dim(value: object) -> bool:
    if isinstance(value, External):
        return value.name.startswith("torch.nn.") and value.last in _FUNCTIONS
    return (
        isinstance(value, Instance)
        and value.cls is None
        and value.last in _LAYERS
        and value.call is not None
        and not value.call.args
        and not value.call.keywords
    )


def _product(module: Module, function: Function, operand: Node) -> Call | None:
    """The `bmm` that a tensor comes from, element by element."""
    columns = Columns(module.evaluator, function, None)
    for _ in range(6):
        trail = columns.trail(operand)
        root = trail.root
        if trail.added or not isinstance(root, Node):
            return None
        if isinstance(root, Call):
            return root if columns.operation(root)[0] in ("bmm", "baddbmm") else None
        if not (isinstance(root, Binary) and root.op in ("Divide", "Multiply")):
            return None
        operand = root.left  # scaled by a number that is not written down
    return None
