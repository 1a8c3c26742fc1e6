"""The loss scale on gradients: a `GradScaler` multiplies the loss, and whoever reads the gradients must divide again.

After `scaler.scale(loss).backward()` the gradients are *scaled* until `scaler.unscale_(optimizer)` or
`scaler.step(optimizer)`. Clipping them before that (TLN104) or stepping without the scaler (TLN105) is the bug.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from torchlint.semantics.nodes import Attr, Binary, Boolean, Call, Choice, Join, Loop, Node, strip
from torchlint.semantics.places import names_of
from torchlint.semantics.values import Constant, Instance, Opaque, Value

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.values import Context

#: Nodes that are looked at between a loss and its scaling.
BUDGET = 12


@dataclass(frozen=True)
class Scaling:
    """State of the gradients of a program; the same for all its optimizers."""

    #: the backward that made scaled gradients, on some path
    backward: Call | None = None
    #: on every path
    sure: bool = False
    #: somebody has divided them again, or may have, on some path
    undone: bool = False

    def merge(self, other: Scaling) -> Scaling:
        if self == other:
            return self
        same = self.backward is other.backward
        return Scaling(
            self.backward or other.backward,
            same and self.sure and other.sure,
            self.undone or other.undone,
        )

    def unscaled(self) -> Scaling:
        return replace(self, undone=True) if self.backward is not None else self

    def found_at(self, call: Call) -> Call | None:
        """The backward whose scaled gradients `call` meets for certain.

        Where both stand in one function, it is enough that `call` is not under a condition of its own: the scaled
        path leads there too.
        """
        if self.backward is None or self.undone:
            return None
        if self.sure or (call.function is self.backward.function and {*_keys(call)} <= {*_keys(self.backward)}):
            return self.backward
        return None


def _keys(call: Call) -> list[tuple[int, bool]]:
    return [(id(cond), wanted) for cond, wanted in call.guards]


def after_backward(call: Call, evaluator: Evaluator, context: Context | None) -> Scaling:
    """What a backward leaves."""
    base = call.func.base if isinstance(call.func, Attr) else None
    if base is None:
        return Scaling()
    scaled = [_is_scaled(option, evaluator, context) for option in _options(base)]
    return Scaling(call, all(scaled)) if any(scaled) else Scaling()


def _options(node: Node) -> list[Node]:
    """The values that a loss may be, through variables and arithmetic."""
    found, queue, seen = [], [node], 0
    while queue and seen < BUDGET:
        current = strip(queue.pop())
        seen += 1
        if isinstance(current, (Choice, Join, Loop, Boolean)):
            queue += current.parts()
        elif isinstance(current, Binary):
            queue.append(current.left)
        else:
            found.append(current)
    return found


def _is_scaled(node: Node, evaluator: Evaluator, context: Context | None) -> bool:
    """`scaler.scale(loss)`."""
    if not isinstance(node, Call) or not isinstance(node.func, Attr) or node.func.name != "scale":
        return False
    return is_scaler(node.func.base, evaluator, context)


def is_scaler(node: Node, evaluator: Evaluator, context: Context | None) -> bool:
    """Whether a value is a GradScaler: by its class, or, if that is unknown, by its name."""
    values = [v for v in evaluator.values(node, context) if not isinstance(v, Constant)]
    if any(isinstance(value, Instance) for value in values):
        return all(_is_scaler_object(value, evaluator) for value in values)
    return any("scaler" in name.lower() for name in names_of(node)) and all(isinstance(v, Opaque) for v in values)


def _is_scaler_object(value: Value, evaluator: Evaluator) -> bool:
    if not isinstance(value, Instance):
        return False
    if value.cls is not None:
        return any(base.endswith("GradScaler") for base in evaluator.external_bases(value.cls))
    if not value.name.endswith("GradScaler"):
        return False
    enabled = value.call.keyword("enabled") if value.call is not None else None
    return enabled is None or evaluator.truth(enabled, value.context) is not False
