"""Columns against rows: a tensor (N, 1) and one (N) give (N, N) where they meet element by element.

How many samples there are, and often how many dimensions, is not seen in source. But a program says in many places
how two tensors fit together: a loss that wants both alike is given `out.squeeze(1)` and `y`, or the class numbers
`y` beside the scores `out`. Where the same two meet elsewhere without the `squeeze`, one of them has a dimension of
1 more. So tensors are traced back to a common *root*, and what was added or taken away on the way is counted.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from torchlint.semantics.functions import Function
from torchlint.semantics.knowledge import tensors as known
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Call,
    Compare,
    Const,
    Display,
    Free,
    Guards,
    Item,
    Node,
    Part,
    Slice,
    Unary,
    strip,
)
from torchlint.semantics.operations import called_name
from torchlint.semantics.values import External, Instance, Opaque

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.values import Context

#: Steps back to a root.
_FAR = 30

#: Losses that raise where the sizes of both sides differ: what they are given has one shape.
_SAME_SHAPE = frozenset({"BCELoss", "BCEWithLogitsLoss", "binary_cross_entropy", "binary_cross_entropy_with_logits"})
#: Losses of scores (N, C, ...) and numbers of classes (N, ...).
_CLASSES = frozenset({"CrossEntropyLoss", "cross_entropy", "NLLLoss", "nll_loss"})

#: Reductions to the place of the largest score, and those that give it as the second part of a pair.
_PLACES = frozenset({"argmax", "argmin"})
_PAIRS = frozenset({"max", "min", "topk"})

_MAKERS = _PLACES | _PAIRS | {"squeeze", "unsqueeze", "view", "reshape"}


def may_tell(function: Function) -> bool:
    """Whether a function does anything that tells a column from a row: a quick look before all others."""
    return any(
        called_name(call) in _MAKERS or any(isinstance(arg, Item) for arg in call.args[:2]) for call in function.calls
    )


@dataclass(frozen=True)
class Trail:
    """A tensor as `root` with `added` dimensions of 1 behind its own (taken away if negative).

    `change` is the call or subscript that added or took the last of them.
    """

    root: Hashable
    added: int = 0
    change: Node | None = None


@dataclass(frozen=True)
class Fit:
    """A loss that tells how two tensors fit together: `right` has `apart` dimensions of 1 more than `left`.

    For a loss of classes, `left` are the scores of the classes that `right` numbers.
    """

    call: Call
    left: Trail
    right: Trail
    of_classes: bool


@dataclass(frozen=True)
class Apart:
    """Two tensors that meet element by element, of which one is a column (N, 1) and the other a row (N).

    `column` is the first or the second of them, `story` what shows it.
    """

    column: int
    story: tuple[tuple[Node, str], ...]


class Columns:
    """The tensors of one function in one context."""

    def __init__(self, evaluator: Evaluator, function: Function, context: Context | None) -> None:
        self.evaluator, self.function, self.context = evaluator, function, context
        self._trails: dict[Node, Trail] = {}

    def apart(self, left: Node, right: Node, guards: Guards) -> Apart | None:
        """Whether two tensors that meet under `guards` are a column and a row, as the losses of the function tell."""
        sides = self.trail(left), self.trail(right)
        for fit in self.fits(guards):
            found = self._of_classes(fit, (left, right), sides) if fit.of_classes else self._alike(fit, sides)
            if found is not None:
                return found
        return None

    def may_be_apart(self, left: Node, right: Node, guards: Guards) -> bool:
        """Whether two tensors are a column and a row if some call of the function is a loss."""
        calls = [call for call in self.function.calls if len(call.args) > 1 and set(call.guards) <= set(guards)]
        roots = {self.trail(left).root, self.trail(right).root} if calls else set()
        return any(self.trail(arg).root in roots for call in calls for arg in call.args[:2])

    def _of_classes(self, fit: Fit, nodes: tuple[Node, Node], sides: tuple[Trail, Trail]) -> Apart | None:
        """The numbers of the best classes, as a column, against those of the right ones."""
        for i, node in enumerate(nodes):
            labels = sides[1 - i]
            if fit.right.root != labels.root or fit.right.added != labels.added:
                continue
            found = self.winners(node)
            scores = self.trail(found[0]) if found is not None else None
            if found is None or scores is None or (scores.root, scores.added) != (fit.left.root, fit.left.added):
                continue
            called = self.operation(found[1])[0]
            kept = f"`{called}` keeps the dimension of the classes, with the size 1"
            return Apart(i, ((found[1], kept), (fit.call, "the loss takes the labels without that dimension")))
        return None

    def _alike(self, fit: Fit, sides: tuple[Trail, Trail]) -> Apart | None:
        """Two tensors that go into a loss with another number of dimensions of 1."""
        for one, other in ((fit.left, fit.right), (fit.right, fit.left)):
            if (one.root, other.root) != (sides[0].root, sides[1].root) or one.root == other.root:
                continue
            # the dimensions of 1 that each has here and had not in the loss, where both were alike
            more = (sides[0].added - one.added) - (sides[1].added - other.added)
            if abs(more) != 1:
                continue
            shown = [trail.change for trail in (one, other) if trail.change is not None]
            if not shown and not any(_adds(trail.change) for trail in sides):
                continue  # a `squeeze` of a dimension that may not be 1
            change = next((c for c in (*shown, *(trail.change for trail in sides)) if c is not None), fit.call)
            return Apart(0 if more > 0 else 1, ((change, "what fits them to each other for the loss"),))
        return None

    # ---------------------------------------------------------------- trails

    def trail(self, node: Node) -> Trail:
        """Where a tensor comes from, past all that leaves each number in its place."""
        found = self._trails.get(node)
        if found is None:
            found = self._trails[node] = self._trail(node)
        return found

    def _trail(self, node: Node) -> Trail:
        added, change = 0, None
        for _ in range(_FAR):
            node = strip(node)
            step = self.step(node)
            if step is None:
                break
            node, more = step[0], step[1]
            if more:
                added += more
                change = change or step[2]
        return Trail(self._identity(strip(node)), added, change)

    def _identity(self, node: Node) -> Hashable:
        """What two mentions of one tensor have in common: `labels` of the module, `batch.y`, `batch["y"]`."""
        if isinstance(node, Free):
            return node.name, id(node.scope)
        if isinstance(node, Attr) and node.name not in self._stored:
            return self._identity(strip(node.base)), node.name
        if isinstance(node, Item) and isinstance(node.index, Const) and None not in self._stored:
            return self._identity(strip(node.base)), node.index.value
        return node

    @cached_property
    def _stored(self) -> set[str | None]:
        """The attributes that the function assigns; None if it assigns to a subscript."""
        return {getattr(store.target, "name", None) for store in self.function.stores}

    def step(self, node: Node) -> tuple[Node, int, Node] | None:
        """The tensor that a value is computed from, number by number, and the dimensions of 1 that are added to it."""
        if isinstance(node, (Compare, Binary)):
            left, right = self._is_number(node.left), self._is_number(node.right)
            if left is right or getattr(node, "op", "") == "MatrixMultiply":
                return None
            return (node.right if left else node.left), 0, node
        if isinstance(node, Unary):
            return node.operand, 0, node
        if isinstance(node, Attr) and node.name == "data":
            return node.base, 0, node
        if isinstance(node, Item):
            parts = node.index.items if isinstance(node.index, Display) else ()
            if len(parts) == 2 and _is_whole(parts[0]):
                last = self.evaluator.constant(parts[1], self.context)
                if isinstance(parts[1], Const) and parts[1].value is None:
                    return node.base, 1, node
                if last == 0 and isinstance(last, int):
                    return node.base, -1, node
            return None
        return self._called(node) if isinstance(node, Call) else None

    def _called(self, call: Call) -> tuple[Node, int, Node] | None:
        name, operand, args = self.operation(call)
        if operand is None:
            return None
        if name in ("squeeze", "unsqueeze"):
            dim = args[0] if args else call.keyword("dim")
            if dim is None or self.evaluator.constant(dim, self.context) not in (1, -1):
                return None
            return operand, 1 if name == "unsqueeze" else -1, call
        if name in ("view", "reshape"):
            sizes = args[0].items if len(args) == 1 and isinstance(args[0], Display) else args
            if len(sizes) == 2 and self.evaluator.constant(sizes[1], self.context) == 1:
                return operand, 1, call
            return None
        if name in known.SAME and name not in _UNEVEN:
            return operand, 0, call
        if name in ("gt", "ge", "lt", "le", "add", "sub", "mul", "div") and args and self._is_number(args[0]):
            return operand, 0, call
        return None

    def operation(self, call: Call) -> tuple[str, Node | None, tuple[Node, ...]]:
        """Name, tensor and further arguments of a tensor function, method or layer; no tensor if it is none."""
        func = call.func
        for value in self.evaluator.values(func, self.context):
            if isinstance(value, External) and value.name.startswith("torch."):
                operand = call.args[0] if call.args else call.keyword("input")
                return value.last, operand, call.args[1:]
            if isinstance(value, Instance) and value.cls is None and value.name.startswith("torch.nn."):
                pointwise = value.last in known.SAME_LAYERS and not value.last.startswith("Transformer")
                return ("relu" if pointwise else value.last), call.args[0] if pointwise and call.args else None, ()
            if isinstance(value, Opaque) and isinstance(func, Attr):
                return func.name, func.base, call.args
            break
        return "", None, ()

    def _is_number(self, node: Node) -> bool:
        return isinstance(self.evaluator.constant(node, self.context), (int, float))

    # ------------------------------------------------------------------ fits

    def fits(self, guards: Guards) -> list[Fit]:
        """What the losses of the function tell, that are computed wherever `guards` hold."""
        found = []
        for call in self.function.calls:
            if len(call.args) < 2 or not set(call.guards) <= set(guards):
                continue
            name = self._loss(call)
            if name in _SAME_SHAPE or name in _CLASSES:
                found.append(Fit(call, self.trail(call.args[0]), self.trail(call.args[1]), name in _CLASSES))
        return found

    def _loss(self, call: Call) -> str:
        """The name of the loss of torch that a call computes, "" if there may be several."""
        names = set()
        for value in self.evaluator.values(call.func, self.context):
            if not isinstance(value, (External, Instance)) or not getattr(value, "name", "").startswith("torch.nn."):
                return ""
            names.add(value.last)
        return names.pop() if len(names) == 1 else ""

    # --------------------------------------------------------------- columns

    def winners(self, node: Node) -> tuple[Node, Call] | None:
        """The scores whose best class `node` is, as a column (N, 1), and the call that finds it."""
        node = strip(node)
        for _ in range(_FAR):
            call = self._winning(node)
            if call is not None:
                name, scores, args = self.operation(call)
                return (scores, call) if scores is not None and self._keeps(call, name, args) else None
            step = self.step(node)
            if step is None or step[1]:
                return None
            node = strip(step[0])
        return None

    def _winning(self, node: Node) -> Call | None:
        """`scores.argmax(...)`, or the second part of `scores.max(...)`."""
        if isinstance(node, Call) and self.operation(node)[0] in _PLACES:
            return node
        if isinstance(node, Part):
            second = node.index in (1, -1) and not node.starred
        elif isinstance(node, Item):
            second = isinstance(node.index, Const) and node.index.value in (1, -1)
        else:
            second = isinstance(node, Attr) and node.name == "indices"
        base = strip(node.base) if second else None  # type: ignore[attr-defined]
        return base if isinstance(base, Call) and self.operation(base)[0] in _PAIRS else None

    def _keeps(self, call: Call, name: str, args: tuple[Node, ...]) -> bool:
        """Whether a reduction over dimension 1 leaves it there, with the size 1."""
        if name == "topk":
            count, dim = args[0] if args else call.keyword("k"), args[1] if len(args) > 1 else call.keyword("dim")
            if count is None or self.evaluator.constant(count, self.context) != 1:
                return False
            return dim is None or self.evaluator.constant(dim, self.context) in (1, -1)
        dim, keep = args[0] if args else call.keyword("dim"), args[1] if len(args) > 1 else call.keyword("keepdim")
        if dim is None or keep is None or self.evaluator.constant(keep, self.context) is not True:
            return False
        return self.evaluator.constant(dim, self.context) in (1, -1)


#: functions whose result has the shape of their first tensor, but not its numbers in their places
_UNEVEN = frozenset({"flip", "roll", "zeros_like", "ones_like", "rand_like", "randn_like", "empty_like", "full_like"})


def _is_whole(node: Node) -> bool:
    return (isinstance(node, Slice) and node.lower is node.upper is node.step is None) or (
        isinstance(node, Const) and node.value is Ellipsis
    )


def _adds(node: Node | None) -> bool:
    """Whether a change is one that always adds a dimension."""
    if isinstance(node, Call):
        return getattr(node.func, "name", "") == "unsqueeze"
    return isinstance(node, Item) and isinstance(node.index, Display) and isinstance(node.index.items[-1], Const)
