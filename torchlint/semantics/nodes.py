"""The value graph: what a file's expressions are made of, without syntax.

The builder (`build.py`) reads a syntax tree once and leaves two things per function:

- a graph of *value nodes*. A variable is gone: its use points straight at the node that was assigned, so
  that two uses of an unchanged `x` are the same object, and a rebinding is another. Branches meet in a
  `Choice` (with its condition), loops in a `Loop`.
- a *trace* (`traces.py`): the calls and stores of the body in order of execution, inside loops, branches and `with`.

Nodes compare by identity. `n` numbers them in the order of building; the number leads back to the syntax.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torchlint.semantics.functions import Class, Function
    from torchlint.semantics.module import Module


class Node:
    """A value in the program."""

    __slots__ = ("n",)
    n: int

    def parts(self) -> tuple[Node, ...]:
        """The nodes that this one is computed from."""
        return ()


class Unknown(Node):
    """A value that the engine doesn't follow."""

    __slots__ = ()


class Const(Node):
    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


class Free(Node):
    """A name that is not local at this place: of an enclosing function, of the module, or a builtin."""

    __slots__ = ("name", "scope")

    def __init__(self, name: str, scope: Function) -> None:
        self.name, self.scope = name, scope

    @property
    def is_global(self) -> bool:
        """Whether the name belongs to the module or to Python: it means the same in every call."""
        scope: Function | None = self.scope
        while scope is not None and scope.parent is not None:
            if self.name in scope.bindings:
                return False
            scope = scope.parent
        return True


class Imported(Node):
    """`import a.b` (name is None) or `from a import name`; `path` is dotted, `level` counts leading dots."""

    __slots__ = ("level", "module", "name", "path")

    def __init__(self, module: Module, path: str, name: str | None, level: int) -> None:
        self.module, self.path, self.name, self.level = module, path, name, level


class Param(Node):
    """A parameter. `kind` is "plain", "args" (`*a`), "kwargs" (`**k`) or "keyword" (keyword-only)."""

    __slots__ = ("annotation", "default", "function", "index", "kind", "name")

    def __init__(
        self, function: Function, index: int, name: str, kind: str, default: Node | None, annotation: Node | None
    ) -> None:
        self.function, self.index, self.name, self.kind = function, index, name, kind
        self.default, self.annotation = default, annotation


class Attr(Node):
    __slots__ = ("base", "name")

    def __init__(self, base: Node, name: str) -> None:
        self.base, self.name = base, name

    def parts(self) -> tuple[Node, ...]:
        return (self.base,)


class Item(Node):
    """`base[index]`."""

    __slots__ = ("base", "index")

    def __init__(self, base: Node, index: Node) -> None:
        self.base, self.index = base, index

    def parts(self) -> tuple[Node, ...]:
        return (self.base, self.index)


class Slice(Node):
    __slots__ = ("lower", "step", "upper")

    def __init__(self, lower: Node | None, upper: Node | None, step: Node | None) -> None:
        self.lower, self.upper, self.step = lower, upper, step

    def parts(self) -> tuple[Node, ...]:
        return tuple(node for node in (self.lower, self.upper, self.step) if node is not None)


class Part(Node):
    """Element `index` of a value that is unpacked into `count` targets; index counts from the end if negative."""

    __slots__ = ("base", "count", "index", "starred")

    def __init__(self, base: Node, index: int, count: int, starred: bool) -> None:
        self.base, self.index, self.count, self.starred = base, index, count, starred

    def parts(self) -> tuple[Node, ...]:
        return (self.base,)


class Element(Node):
    """What a `for` loop or a comprehension draws from an iterable."""

    __slots__ = ("base",)

    def __init__(self, base: Node) -> None:
        self.base = base

    def parts(self) -> tuple[Node, ...]:
        return (self.base,)


class Entered(Node):
    """What `with context as name` binds."""

    __slots__ = ("base",)

    def __init__(self, base: Node) -> None:
        self.base = base

    def parts(self) -> tuple[Node, ...]:
        return (self.base,)


class Starred(Node):
    """`*value` in a call or a display."""

    __slots__ = ("base",)

    def __init__(self, base: Node) -> None:
        self.base = base

    def parts(self) -> tuple[Node, ...]:
        return (self.base,)


class Call(Node):
    """A call; `keywords` pairs a name (None for `**mapping`) with a value. `function` is where it stands."""

    __slots__ = ("args", "func", "function", "guards", "keywords")

    def __init__(
        self,
        func: Node,
        args: tuple[Node, ...],
        keywords: tuple[tuple[str | None, Node], ...],
        function: Function,
        guards: Guards,
    ) -> None:
        self.func, self.args, self.keywords, self.function, self.guards = func, args, keywords, function, guards

    def parts(self) -> tuple[Node, ...]:
        return (self.func, *self.args, *(value for _, value in self.keywords))

    def keyword(self, name: str) -> Node | None:
        for key, value in self.keywords:
            if key == name:
                return value
        return None


class Choice(Node):
    """One of two values: `yes` where the condition holds, else `no`."""

    __slots__ = ("cond", "no", "yes")

    def __init__(self, cond: Node, yes: Node, no: Node) -> None:
        self.cond, self.yes, self.no = cond, yes, no

    def parts(self) -> tuple[Node, ...]:
        return (self.yes, self.no)


class Join(Node):
    """One of several values, for reasons the engine doesn't follow (exceptions, early exits, aliases)."""

    __slots__ = ("options",)

    def __init__(self, options: tuple[Node, ...]) -> None:
        self.options = options

    def parts(self) -> tuple[Node, ...]:
        return self.options


class Loop(Node):
    """A variable inside a loop: `init` in the first round, `next` (from the end of the body) later.
    `next` is None where the loop doesn't change the variable.
    """

    __slots__ = ("init", "name", "next")

    def __init__(self, name: str, init: Node) -> None:
        self.name, self.init = name, init
        self.next: Node | None = None

    def parts(self) -> tuple[Node, ...]:
        return (self.init,) if self.next is None else (self.init, self.next)


def strip(node: Node) -> Node:
    """The node behind loop variables that never change."""
    while isinstance(node, Loop) and node.next is None:
        node = node.init
    return node


class Update(Node):
    """`base` after `base[key] = value`."""

    __slots__ = ("base", "key", "value")

    def __init__(self, base: Node, key: Node, value: Node) -> None:
        self.base, self.key, self.value = base, key, value

    def parts(self) -> tuple[Node, ...]:
        return (self.base, self.key, self.value)


class Display(Node):
    """A tuple, list or set written out."""

    __slots__ = ("items", "kind")

    def __init__(self, kind: str, items: tuple[Node, ...]) -> None:
        self.kind, self.items = kind, items

    def parts(self) -> tuple[Node, ...]:
        return self.items


class Mapping(Node):
    """A dict written out; a key of None stands for `**value`."""

    __slots__ = ("items",)

    def __init__(self, items: tuple[tuple[Node | None, Node], ...]) -> None:
        self.items = items

    def parts(self) -> tuple[Node, ...]:
        return tuple(value for _, value in self.items)


class Comprehension(Node):
    __slots__ = ("element", "kind", "source")

    def __init__(self, kind: str, element: Node, source: Node) -> None:
        self.kind, self.element, self.source = kind, element, source

    def parts(self) -> tuple[Node, ...]:
        return (self.element,)


class Binary(Node):
    """An arithmetic operation; `in_place` for `a += b`."""

    __slots__ = ("in_place", "left", "op", "right")

    def __init__(self, op: str, left: Node, right: Node, in_place: bool = False) -> None:
        self.op, self.left, self.right, self.in_place = op, left, right, in_place

    def parts(self) -> tuple[Node, ...]:
        return (self.left, self.right)


class Unary(Node):
    __slots__ = ("op", "operand")

    def __init__(self, op: str, operand: Node) -> None:
        self.op, self.operand = op, operand

    def parts(self) -> tuple[Node, ...]:
        return (self.operand,)


class Compare(Node):
    """`left op right`, reached under `guards`."""

    __slots__ = ("guards", "left", "op", "right")

    def __init__(self, op: str, left: Node, right: Node, guards: Guards) -> None:
        self.op, self.left, self.right, self.guards = op, left, right, guards

    def parts(self) -> tuple[Node, ...]:
        return (self.left, self.right)


class Boolean(Node):
    """`left and right` or `left or right`."""

    __slots__ = ("left", "op", "right")

    def __init__(self, op: str, left: Node, right: Node) -> None:
        self.op, self.left, self.right = op, left, right

    def parts(self) -> tuple[Node, ...]:
        return (self.left, self.right)


class FunctionRef(Node):
    """A function or lambda as a value."""

    __slots__ = ("function",)

    def __init__(self, function: Function) -> None:
        self.function = function


class ClassRef(Node):
    __slots__ = ("cls",)

    def __init__(self, cls: Class) -> None:
        self.cls = cls


#: Conditions under which a place is reached, outermost first, each with the truth it must have.
Guards = tuple[tuple[Node, bool], ...]
