"""Abstract values: what an expression can be, as far as the engine follows it.

Values and contexts are interned by the evaluator: equal ones are the same object.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from torchlint.semantics.functions import Class, Function
from torchlint.semantics.nodes import Call, Node

if TYPE_CHECKING:
    from torchlint.semantics.nodes import Param


class Context:
    """Which call brought us into a function: binds its parameters to the arguments.

    `call` is None where a function is looked at on its own, with only `self_value` known. `picked` fixes the
    element that a loop over constants draws: such a frame lies over the one of the function (`caller`).
    """

    __slots__ = ("call", "caller", "closure", "depth", "function", "picked", "self_value")

    def __init__(
        self,
        function: Function,
        call: Call | None,
        caller: Context | None,
        self_value: Instance | None,
        closure: Context | None,
        picked: tuple[Node, Bound] | None = None,
    ) -> None:
        self.function, self.call, self.caller = function, call, caller
        self.self_value, self.closure, self.picked = self_value, closure, picked
        self.depth: int = 1 + (caller.depth if caller is not None else 0)

    def __repr__(self) -> str:
        return f"{self.caller or ''}>{self.function.name}"

    @property
    def plain(self) -> Context | None:
        """This frame without the loop elements that were picked over it: objects are the same for all of them."""
        frame: Context | None = self
        while frame is not None and frame.picked is not None:
            frame = frame.caller
        return frame

    def of(self, function: Function) -> Context | None:
        """The frame of `function` that encloses this one: by closure first, then up the calls."""
        frame: Context | None = self
        while frame is not None:
            if frame.function is function and frame.picked is None:
                return frame
            frame = frame.closure if frame.closure is not None else frame.caller
        return None


def plain(context: Context | None) -> Context | None:
    """A frame without the loop elements that were picked over it, if there is one."""
    return context.plain if context is not None else None


class Value:
    __slots__ = ()


#: What an expression can be.
Values = tuple[Value, ...]


class Constant(Value):
    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


class External(Value):
    """Something outside the project, by its dotted name (`torch.nn.functional.softmax`)."""

    __slots__ = ("last", "name")

    def __init__(self, name: str) -> None:
        self.name, self.last = name, name.rpartition(".")[2]

    def __repr__(self) -> str:
        return f"External({self.name})"


class Namespace(Value):
    """A module or package of the project."""

    __slots__ = ("path",)

    def __init__(self, path: Path) -> None:
        self.path = path


class FunctionValue(Value):
    """A function of the project, with the object it is bound to and the frame it closes over."""

    __slots__ = ("closure", "function", "self_value")

    def __init__(self, function: Function, self_value: Instance | None, closure: Context | None) -> None:
        self.function, self.self_value, self.closure = function, self_value, closure


class ClassValue(Value):
    __slots__ = ("cls",)

    def __init__(self, cls: Class) -> None:
        self.cls = cls


class Instance(Value):
    """An object. `cls` is its class in the project, or None and `name` the dotted name of an external class.

    `call` and `context` tell where it was created; a call of None means "some object of this class".
    `copied` is the object that a deepcopy was taken of.
    """

    __slots__ = ("call", "cls", "context", "copied", "name")

    def __init__(
        self,
        cls: Class | None,
        name: str,
        call: Call | None,
        context: Context | None,
        copied: Instance | None = None,
    ) -> None:
        self.cls, self.name, self.call, self.context, self.copied = cls, name, call, context, copied

    def __repr__(self) -> str:
        return f"Instance({self.cls.name if self.cls else self.name})"

    @property
    def last(self) -> str:
        """The class name without its path."""
        return self.cls.name if self.cls is not None else self.name.rpartition(".")[2]


class Container(Value):
    """A tuple, list or dict. `items` are its elements, by position; `keys` those of a dict, by constant key.

    `exact` tells that nothing is missing between the items (lists may still grow: see `Evaluator.grown`).
    """

    __slots__ = ("context", "exact", "items", "keys", "kind", "node")

    def __init__(
        self,
        kind: str,
        node: Node,
        context: Context | None,
        items: tuple[Bound, ...],
        keys: dict[object, Bound] | None,
        exact: bool,
    ) -> None:
        self.kind, self.node, self.context, self.items, self.keys, self.exact = kind, node, context, items, keys, exact


class Opaque(Value):
    """A value that is not reduced further: the result of an operation, an unknown parameter, ..."""

    __slots__ = ("context", "node")

    def __init__(self, node: Node, context: Context | None) -> None:
        self.node, self.context = node, context

    def __repr__(self) -> str:
        return f"Opaque({type(self.node).__name__}#{getattr(self.node, 'n', '?')})"


#: A node together with the frame that gives its parameters a meaning.
Bound = tuple[Node, "Context | None"]


class Arguments:
    """The arguments of a call with `*` and `**` taken apart; not `exact` if some could not be."""

    __slots__ = ("exact", "keywords", "positional")

    def __init__(self, positional: list[Bound], keywords: dict[str, Bound], exact: bool) -> None:
        self.positional, self.keywords, self.exact = positional, keywords, exact

    def bound(self, param: Param, offset: int) -> Bound | None:
        if param.kind == "plain" and 0 <= param.index - offset < len(self.positional):
            return self.positional[param.index - offset]
        return self.keywords.get(param.name)
