"""A call of a tensor function, ready to be asked for its shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.semantics.nodes import Call, Display, Node, Starred
from torchlint.semantics.sizes import Size
from torchlint.semantics.values import (
    Container,
    Context,
)

if TYPE_CHECKING:
    from torchlint.semantics.shape import Shape
    from torchlint.semantics.shapes import Shapes


class Operation:
    """A call of a tensor function, written `torch.f(x, ...)` or `x.f(...)`."""

    def __init__(
        self,
        shapes: Shapes,
        node: Call,
        context: Context | None,
        name: str,
        tensor: Node | None,
        args: tuple[Node, ...],
    ) -> None:
        self.shapes, self.node, self.context, self.name = shapes, node, context, name
        self.tensor, self.args = tensor, args

    def argument(self, position: int, *names: str) -> Node | None:
        """The argument after the tensor at `position`, or by one of its names."""
        if 0 <= position < len(self.args):
            arg = self.args[position]
            return None if isinstance(arg, Starred) else arg
        for name in names:
            value = self.node.keyword(name)
            if value is not None:
                return value
        return None

    def constant(self, position: int, *names: str, default: object = None) -> object:
        node = self.argument(position, *names)
        if node is None:
            return default
        value = self.shapes.evaluator.constant(node, self.context)
        return value if value is not None else ...

    def integer(self, position: int, *names: str, default: int | None = None) -> int | None:
        value = self.constant(position, *names, default=default)
        return value if type(value) is int else None

    def integers(self, position: int, *names: str) -> list[int] | None:
        """One number, several numbers in a row, or a tuple of numbers."""
        first = self.argument(position, *names)
        if first is None:
            return None
        nodes: tuple[Node, ...] = self.args[position:] if position < len(self.args) else (first,)
        if isinstance(first, Display):
            nodes = first.items
        values = [self.shapes.evaluator.constant(node, self.context) for node in nodes]
        if len(values) == 1 and values[0] is None:
            found = self.shapes.evaluator.values(first, self.context)
            if len(found) == 1 and isinstance(found[0], Container) and found[0].exact:
                values = [self.shapes.evaluator.constant(*item) for item in found[0].items]
        result = [value for value in values if type(value) is int]
        return result if len(result) == len(values) and result else None

    @property
    def shape(self) -> Shape:
        assert self.tensor is not None
        return self.shapes.shape(self.tensor, self.context)

    @property
    def unknown(self) -> Shape:
        return self.shapes.unknown(self.node, self.context)

    def fresh(self, index: int, padded: bool = False, certain: bool = True) -> tuple[Size, ...]:
        return self.shapes.fresh(self.node, self.context, index, padded, certain)
