"""Conditions on arrays: whether `x.dtype == torch.uint8` and the like hold, and what a branch says of its values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.semantics.dtype_casts import CastDtypes
from torchlint.semantics.knowledge import dtypes as known
from torchlint.semantics.nodes import Attr, Boolean, Call, Choice, Compare, Free, Guards, Node, Unary
from torchlint.semantics.operations import called_name
from torchlint.semantics.values import External, Instance

if TYPE_CHECKING:
    from torchlint.semantics.values import Context

#: Names that look into an array.
_LOOKS = frozenset(
    {"dtype", "type", "isinstance", "is_floating_point", "max", "min", "amax", "amin", "all", "any", "issubdtype",
     "is_tensor", "ptp", "iinfo", "finfo"}
)  # fmt: skip


class DtypeConditions(CastDtypes):
    """The part of `DtypeFinder` that knows of conditions."""

    def truth(self, cond: Node, context: Context | None) -> bool | None:
        """Whether a condition holds; also knows `x.dtype == torch.uint8`, `isinstance(x, np.ndarray)` and the like."""
        if isinstance(cond, Unary) and cond.op == "Not":
            inner = self.truth(cond.operand, context)
            return None if inner is None else not inner
        if isinstance(cond, Boolean):
            left, right = self.truth(cond.left, context), self.truth(cond.right, context)
            decisive = cond.op == "Or"
            if decisive in (left, right):
                return decisive
            return None if left is None or right is None else right
        if isinstance(cond, Compare):
            for one, other in ((cond.left, cond.right), (cond.right, cond.left)):
                if isinstance(one, Attr) and one.name == "dtype" and cond.op in ("Equal", "NotEqual", "Is", "IsNot"):
                    name, wanted = self._single_name(one.base, context), self.dtype_named(other, context)
                    if name is None or wanted is None:
                        return None
                    return (name == wanted) is (cond.op in ("Equal", "Is"))
        if isinstance(cond, Call):
            asked = self._asked(cond, context)
            if asked is not None:
                return asked
        return self.evaluator.truth(cond, context)

    def _single_name(self, node: Node, context: Context | None) -> str | None:
        names = {dtype.name for dtype in self.find(node, context)}
        return names.pop() if len(names) == 1 and names != {"?"} else None

    def _asked(self, cond: Call, context: Context | None) -> bool | None:
        """`isinstance(x, T)`, `x.is_floating_point()` where x is known."""
        name = called_name(cond)
        if name == "isinstance" and len(cond.args) == 2:
            wanted = {
                {"ndarray": "numpy", "Tensor": "torch", "Image": "PIL"}.get(value.last, "?")
                for value in self.evaluator.values(cond.args[1], context)
                if isinstance(value, (External, Instance))
            }
            libraries = {d.library for d in self.find(cond.args[0], context)}
            if len(wanted) == 1 and len(libraries) == 1 and "?" not in wanted and "" not in libraries:
                return wanted == libraries
        if name == "is_floating_point":
            subject = cond.func.base if isinstance(cond.func, Attr) and not cond.args else (*cond.args, None)[0]
            single = self._single_name(subject, context) if subject is not None else None
            return None if single is None else single in known.FLOATS
        return None

    def _asks_for_values(self, choice: Choice) -> bool:
        """Whether the condition looks into the very array that it chooses: at its dtype, its kind or its values."""
        subjects: set[int] = set()
        stack, seen = [choice.cond], set[int]()
        while stack and len(seen) < 60:
            node = stack.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, Attr) and node.name in _LOOKS:
                subjects.add(id(node.base))
            elif isinstance(node, Call) and called_name(node) in _LOOKS and node.args:
                subjects.add(id(node.args[0]))
            stack += node.parts()
        return bool(subjects) and _reaches((choice.yes, choice.no), subjects)

    def _asks_for_name(self, cond: Node, context: Context | None) -> bool:
        """Whether a condition is `isinstance(image, str)`."""
        if not isinstance(cond, Call) or called_name(cond) != "isinstance" or len(cond.args) != 2:
            return False
        kind = cond.args[1]
        return isinstance(kind, Free) and kind.name == "str"

    def feasible(self, guards: Guards, context: Context | None) -> bool:
        return all(self.truth(cond, context) is not (not wanted) for cond, wanted in guards)


def _reaches(start: tuple[Node, ...], goals: set[int]) -> bool:
    """Whether one of the nodes `goals` has a part in a value."""
    stack, seen = list(start), set[int]()
    while stack and len(seen) < 300:
        node = stack.pop()
        if id(node) in goals:
            return True
        if id(node) not in seen:
            seen.add(id(node))
            stack += node.parts()
    return False
