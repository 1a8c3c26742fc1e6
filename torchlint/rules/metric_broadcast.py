from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from torchlint.findings import Fix
from torchlint.rules._losses import TRIGGERS
from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.callers import contexts
from torchlint.semantics.columns import Apart, Columns, may_tell
from torchlint.semantics.functions import Function
from torchlint.semantics.knowledge.tensors import PAIRED
from torchlint.semantics.layers import is_module
from torchlint.semantics.nodes import Attr, Call, Compare, Const, Guards, Node, strip
from torchlint.semantics.operations import Operations, called_name
from torchlint.semantics.rows import COLUMN, ROW, Rows
from torchlint.semantics.values import External, Instance, Opaque

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Module

#: Functions that give a pair (values, indices): always, or if they are given a dimension.
_ALWAYS_PAIRS = frozenset({"topk", "sort", "kthvalue", "mode"})
_PAIRS = _ALWAYS_PAIRS | PAIRED

#: Ways into a function that it is looked at in.
_MAX_CONTEXTS = 4


#: what makes a tensor of one number, and what only moves it
_EVEN = frozenset({"zeros", "ones", "full", "zeros_like", "ones_like", "full_like"})
_MOVING = frozenset({"cpu", "cuda", "to", "numpy", "detach", "float", "long"})


class MetricBroadcast(StaticRule):
    """
    ## What it does
    Finds predictions that are compared with labels of another shape: a column (N, 1), left by `keepdim=True` or by a
    last layer with one output, with a row (N). Also finds `torch.max(x, 1) == y`, which compares a pair of tensors.

    ## Why is this bad?
    A column and a row broadcast to (N, N): every prediction is compared with every label, and the count of the right
    ones is one over all pairs. The accuracy has little to do with the model, and may exceed 1. A pair (values, indices)
    is never equal to a tensor: the comparison is `False`, and the count stays 0.

    ## Example
    ```python
    loss += F.nll_loss(output, target, reduction="sum").item()
    pred = output.argmax(dim=1, keepdim=True)
    correct += (pred == target).sum().item()
    ```

    ## Use instead
    ```python
    pred = output.argmax(dim=1)
    correct += (pred == target).sum().item()
    ```

    ## Fix safety
    `torch.max(x, 1) == y` becomes `torch.max(x, 1)[1] == y` if the pair is written there. The fix is unsafe: the metric
    changes. Which of the two shapes is the wrong one is for you to say, so that these are not fixed.

    ## Known problems
    Shapes are rarely written down. A finding needs a proof: a loss in the same function that is given the same two
    tensors as they fit each other (`criterion(out.squeeze(1), y)`, or a loss of classes), or sizes that can be read
    from the code. Comparisons of all pairs that are meant (`ids.unsqueeze(1) == ids`) are not reported, nor the mean of
    comparisons with labels that are all the same (`torch.ones(n)`), which is right over pairs, too.

    ## References
    - [Broadcasting semantics](https://pytorch.org/docs/stable/notes/broadcasting.html)
    - [torch.max](https://pytorch.org/docs/stable/generated/torch.max.html)
    """

    code = "TLN403"
    name = "metric-broadcast"
    triggers = (*TRIGGERS, *(f".{name}(".encode() for name in sorted(_PAIRS)))

    def check(self, module: Module) -> Iterator[Problem]:
        names = module.calls_by_name
        pairs = {id(call) for name in _PAIRS for call in names.get(name, ())}
        for function in module.functions:
            compared = list(_compared(function))
            if not compared:
                continue
            if pairs:
                yield from self._pairs(module, compared, pairs)
            if may_tell(function) or any(_is_decided(left, right) for _, left, right, _ in compared):
                yield from self._columns(module, function, compared)

    def _pairs(
        self, module: Module, compared: list[tuple[Node, Node, Node, Guards]], pairs: set[int]
    ) -> Iterator[Problem]:
        for place, left, right, _ in compared:
            for side, other in ((left, right), (right, left)):
                call = strip(side)
                if id(call) not in pairs or not isinstance(call, Call) or not isinstance(place, Compare):
                    continue
                if not _is_pair(module.evaluator, call) or _is_pair(module.evaluator, strip(other)):
                    continue
                written = module.text(call) or "the call"
                named = any(call is value for values in call.function.bindings.values() for value in values)
                yield Problem(
                    module.site(place),
                    f"`{written}` gives a pair (values, indices), which is not equal to any tensor: the comparison is "
                    f"always {'False' if place.op == 'Equal' else 'True'}, and nothing is counted",
                    "take the indices: `[1]`, or `argmax(dim)`",
                    ((module.site(call), "the pair comes from here"),) if named else (),
                    None if named else partial(_second, module, call),
                )

    def _columns(
        self, module: Module, function: Function, compared: list[tuple[Node, Node, Node, Guards]]
    ) -> Iterator[Problem]:
        evaluator = module.evaluator
        alone = Columns(evaluator, function, None)
        # who calls a function is only asked where its own code leaves the question open
        compared = [item for item in compared if alone.may_be_apart(*item[1:]) or _is_decided(item[1], item[2])]
        for context in contexts(evaluator, function)[:_MAX_CONTEXTS] if compared else ():
            columns = Columns(evaluator, function, context)
            for place, left, right, guards in list(compared):
                found = columns.apart(left, right, guards) or _by_form(columns, left, right, guards)
                if found is None or _is_even(evaluator.dtypes.operations(function), place, left, right):
                    continue
                if _is_thrown_away(module, function, place):
                    continue
                compared = [item for item in compared if item[0] is not place]
                yield Problem(
                    module.site(place),
                    "predictions and labels are compared as a column (N, 1) and a row (N): they broadcast to (N, N), "
                    "every prediction meets every label, and the metric counts pairs",
                    "give both the same shape: `squeeze(1)`, `argmax` without `keepdim`, or `view_as`",
                    tuple((module.site(node), text) for node, text in found.story),
                )


def _is_thrown_away(module: Module, function: Function, place: Node) -> bool:
    """`(scores.round() == y).sum()` as a statement. A notebook shows the last value of a cell."""
    named = any(place in values for values in function.bindings.values())
    return module.source.cells is None and not named and any(_subject(call) is place for call in function.discarded)


def _subject(call: Call) -> Node:
    """What a chain of methods begins with."""
    node: Node = call
    while isinstance(node, (Attr, Call)):
        node = node.base if isinstance(node, Attr) else strip(node.func)
    return node


def _is_even(operations: Operations, place: Node, left: Node, right: Node) -> bool:
    """Whether the mean is taken over pairs with labels that are all the same, `torch.ones(n)`: it is that of the
    predictions.
    """
    averaged = any(
        (isinstance(taker, Attr) and taker.name == "mean") or (isinstance(taker, Call) and called_name(taker) == "mean")
        for taker in operations.takers_of(place)
    )
    return averaged and any(_is_made_of_one(side) for side in (left, right))


def _is_made_of_one(node: Node) -> bool:
    """Whether all elements of a tensor are the same: `Variable(torch.zeros(n)).cpu().numpy()`."""
    for _ in range(8):
        node = strip(node)
        if isinstance(node, Attr):
            node = node.base
        elif isinstance(node, Call) and called_name(node) in _EVEN:
            return True
        elif isinstance(node, Call) and isinstance(node.func, Attr) and called_name(node) in _MOVING:
            node = node.func.base
        elif isinstance(node, Call) and called_name(node) == "Variable" and node.args:
            node = node.args[0]
        else:
            return False
    return False


def _is_decided(left: Node, right: Node) -> bool:
    """Whether one side is a yes or no by a threshold: `out > 0.5`, `(out > 0.5).float()`, `out.round()`."""
    for side in (left, right):
        node = strip(side)
        for _ in range(4):
            if isinstance(node, Call) and isinstance(node.func, Attr) and called_name(node) != "round":
                node = strip(node.func.base)
        if (isinstance(node, Compare) and isinstance(node.right, Const)) or (
            isinstance(node, Call) and called_name(node) == "round"
        ):
            return True
    return False


def _by_form(columns: Columns, left: Node, right: Node, guards: Guards) -> Apart | None:
    """A decision on what a network gives, as a column, against a row: by their own sizes."""
    if not _is_decided(left, right):
        return None
    rows = Rows(columns.evaluator, columns.function, columns.context)
    shapes = columns.evaluator.shapes
    shapes.begin(shapes.assume(guards, columns.context))
    forms = [rows.form(left), rows.form(right)]
    if sorted(forms) != [COLUMN, ROW]:
        return None
    column = forms.index(COLUMN)
    trail = columns.trail((left, right)[column])
    if trail.added > 0 or not isinstance(trail.root, Call):
        return None
    return Apart(column, ((trail.root, "a column (N, 1)"),))


def _compared(function: Function) -> Iterator[tuple[Node, Node, Node, Guards]]:
    """What the function compares for equality: the comparison, both sides, and the conditions around it."""
    for item in function.comparisons:
        if item.op in ("Equal", "NotEqual") and not isinstance(item.left, Const) and not isinstance(item.right, Const):
            yield item, item.left, item.right, item.guards
    for call in function.calls:
        func = call.func
        if isinstance(func, Attr) and func.name in ("eq", "ne", "not_equal"):
            if len(call.args) == 1:
                yield call, func.base, call.args[0], call.guards
            elif len(call.args) == 2:
                yield call, call.args[0], call.args[1], call.guards


def _is_pair(evaluator: Evaluator, node: Node) -> bool:
    """Whether a node is a call of torch that gives values and indices."""
    if not isinstance(node, Call):
        return False
    func = node.func
    for value in evaluator.values(func, None):
        if isinstance(value, External) and value.name.startswith("torch.") and value.last in _PAIRS:
            # torch.max(a, b) of two tensors is one tensor
            dim = node.args[1] if len(node.args) > 1 else node.keyword("dim")
            return value.last in _ALWAYS_PAIRS or (dim is not None and _is_int(evaluator, dim))
        if isinstance(value, Opaque) and isinstance(func, Attr) and func.name in _PAIRS:
            dim = node.args[0] if node.args else node.keyword("dim")
            named = node.keyword("dim") is not None
            given = dim is not None and _is_int(evaluator, dim)
            return given and (named or _is_tensor(evaluator, func.base))
        return False
    return False


def _is_int(evaluator: Evaluator, node: Node) -> bool:
    return type(evaluator.constant(node, None)) is int


def _is_tensor(evaluator: Evaluator, node: Node) -> bool:
    """Whether a value is a tensor of torch for certain: an array has a method `max` as well, which gives no pair."""
    node = strip(node)
    for _ in range(8):
        if isinstance(node, Attr) and node.name == "data":
            node = strip(node.base)
            continue
        if not isinstance(node, Call):
            return False
        for value in evaluator.values(node.func, None):
            if isinstance(value, External):
                return value.name.startswith("torch.")
            if isinstance(value, Instance):
                return is_module(evaluator, value)
            break
        if not isinstance(node.func, Attr) or node.func.name == "numpy":
            return False
        node = strip(node.func.base)
    return False


def _second(module: Module, call: Call) -> Fix | None:
    """`torch.max(x, 1)[1]` for `torch.max(x, 1)`, where it is written in the comparison."""
    span = module.editor.span(call)
    return Fix("take the indices", tuple(module.editor.behind(span, "[1]"))) if span is not None else None
