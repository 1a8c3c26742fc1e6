from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from torchlint.findings import Fix
from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.nodes import Attr, Binary, Call, Display, Node, strip
from torchlint.semantics.operations import called_name
from torchlint.semantics.reach import backwards, carries, origins
from torchlint.semantics.traces import InPlace, LoopStep, Step, Store, Trace, Within, blocks
from torchlint.semantics.values import Instance

if TYPE_CHECKING:
    from torchlint.semantics.functions import Function
    from torchlint.semantics.module import Module


class AccumulatedLossTensor(StaticRule):
    """
    ## What it does
    Finds losses that are added up, or collected, as tensors, so that the graph behind each of them stays alive.

    ## Why is this bad?
    A loss that still has its graph holds on to all that made it. Memory grows with every step, and hours later the
    run dies of it far from the cause.

    ## Example
    ```python
    total_loss += loss
    ```

    ## Use instead
    ```python
    total_loss += loss.detach()   # or loss.item(), where waiting for the device does not matter
    ```

    ## Fix safety
    The fix writes `loss.detach()`, which stays a tensor on its device. It is safe: `backward()` is called on the loss
    itself, and nothing else needs its graph.

    ## Known problems
    Opt-in in the linter (`--extend-select TLN107`): what is kept after `backward()` is the graph without its tensors,
    and where the sum begins anew in each epoch it is let go then, so that many programs live with it.

    The linter reports sums and lists that outlive the loop, of losses on which `backward()` is called in that loop.
    Sums that are differentiated themselves, and losses whose graph is kept on purpose (`retain_graph`,
    `create_graph`), are left alone.

    The guard reports when the losses of the five steps before the current one are all still alive. Methods that
    differentiate through several steps keep graphs on purpose; theirs is the code to silence.

    ## References
    - [PyTorch FAQ: out of memory](https://pytorch.org/docs/stable/notes/faq.html)
    """

    code = "TLN107"
    name = "accumulated-loss-tensor"
    guarded = True
    default = False
    triggers = (b"backward(",)

    def check(self, module: Module) -> Iterator[Problem]:
        for function in module.functions:
            losses = {
                id(loss): (call, loss)
                for call, loss in backwards(function)
                if not call.keywords and not _is_own(module, loss)
            }
            if not losses:
                continue
            differentiated = [node for _, loss in losses.values() for node in origins(loss)]
            for loop in _loops(function.trace):
                steps = list(_steps(loop.body))
                here = {id(step) for step in steps}
                for place, value, keeper in (*_kept(steps, loop), *_rebound(function, loop)):
                    found = losses.get(id(_summand(value)))
                    if found is None or id(found[0]) not in here or _is_among(keeper, differentiated):
                        continue
                    yield Problem(
                        module.site(place),
                        "the loss is kept as a tensor, and with it the graph behind it: memory grows with every step",
                        "keep a number instead: loss.item(), or loss.detach() to stay on the device",
                        ((module.site(found[0]), "the loss is differentiated here: nothing else needs its graph"),),
                        partial(_detached, module, place, value),
                    )


def _detached(module: Module, place: Node, value: Node) -> Fix | None:
    """`loss.detach()` in what is added up or collected."""
    editor = module.editor
    span = editor.operand(place, "right") if isinstance(place, Binary) else editor.argument(place, 0, "object")
    summand = strip(value)
    while span is not None and isinstance(summand, Binary) and summand.op in ("Multiply", "Divide"):
        written = editor.span(summand)
        if written is None or (written.start, written.end) != (span.start, span.end):
            break  # a variable that holds the product
        span, summand = editor.operand(summand, "left"), strip(summand.left)
    return Fix("detach the loss", tuple(editor.behind(span, ".detach()")), safe=True) if span is not None else None


def _loops(trace: Trace) -> Iterator[LoopStep]:
    """The innermost loops of a function, and those around them."""
    for step in trace:
        for block in blocks(step):
            yield from _loops(block)
        if isinstance(step, LoopStep) and step.kind != "comprehension":
            yield step


def _steps(trace: Trace) -> Iterator[Step]:
    """What one round of a loop does, without inner loops and what runs without gradients."""
    for step in trace:
        yield step
        if isinstance(step, LoopStep) or (isinstance(step, Within) and any(map(_records_nothing, step.contexts))):
            continue
        for block in blocks(step):
            yield from _steps(block)


def _records_nothing(context: Node) -> bool:
    return isinstance(context, Call) and called_name(context) in ("no_grad", "inference_mode")


#: Where a value is kept beyond the round of a loop, the value, and what keeps it.
_Kept = tuple[Node, Node, Node]


def _kept(steps: list[Step], loop: LoopStep) -> Iterator[_Kept]:
    """What the steps of a round add up in place, or collect."""
    # `self.total = 0` in the same round: a sum that begins in each
    begun = {
        step.target.name
        for step in steps
        if isinstance(step, Store) and isinstance(step.target, Attr) and step.op == "="
    }
    for step in steps:
        if isinstance(step, InPlace) and step.node.op == "Add" and _is_older(strip(step.node.left), loop):
            yield step.node, step.node.right, step.node
        elif isinstance(step, Store) and step.op == "Add" and isinstance(step.value, Binary):
            if isinstance(step.target, Attr) and step.target.name not in begun:
                yield step.value, step.value.right, step.target  # `self.total += loss`
        elif isinstance(step, Call) and called_name(step) == "append" and len(step.args) == 1:
            items = strip(step.func.base) if isinstance(step.func, Attr) else None
            if isinstance(items, Display) and items.n < _start(loop):
                yield step, step.args[0], items


def _rebound(function: Function, loop: LoopStep) -> Iterator[_Kept]:
    """`total = total + loss`."""
    for node in function.operations:
        if isinstance(node, Binary) and node.op == "Add" and carries(node) and _is_older(node.left, loop):
            if node.n > _start(loop):
                yield node, node.right, node


def _is_among(keeper: Node, nodes: Iterable[Node]) -> bool:
    """Whether a sum or list is one of these nodes; an attribute is, if it has the name of one."""
    name = keeper.name if isinstance(keeper, Attr) else None
    return any(node is keeper or (name is not None and isinstance(node, Attr) and node.name == name) for node in nodes)


def _start(loop: LoopStep) -> int:
    """Nodes with a lower number were made before the loop."""
    return loop.target.n if loop.target is not None else loop.source.n


def _is_older(node: Node, loop: LoopStep) -> bool:
    """Whether a sum was begun before the loop."""
    return getattr(node, "init", None) is not None and strip(node.init).n < _start(loop)  # type: ignore[attr-defined]


def _summand(value: Node) -> Node:
    """`loss` of `loss`, `loss * n` and `loss / n`."""
    value = strip(value)
    while isinstance(value, Binary) and value.op in ("Multiply", "Divide"):
        value = strip(value.left)
    return value


def _is_own(module: Module, loss: Node) -> bool:
    """Whether `backward` is a method of the project."""
    return any(isinstance(value, Instance) for value in module.evaluator.values(loss, None))
