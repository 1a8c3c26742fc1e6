"""Functions and classes: what the nodes of a module stand in."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torchlint.semantics.module import Module
    from torchlint.semantics.nodes import Binary, Call, Compare, Guards, Node, Param, Unary
    from torchlint.semantics.traces import Store, Trace


class Return:
    """A value that a function returns or yields, and the conditions of that path."""

    __slots__ = ("guards", "value", "yielded")

    def __init__(self, value: Node, guards: Guards, yielded: bool) -> None:
        self.value, self.guards, self.yielded = value, guards, yielded


class Function:
    """A function, method, lambda, class body or (named `<module>`) the top level of a file."""

    __slots__ = (
        "bindings",
        "calls",
        "cls",
        "comparisons",
        "decorators",
        "discarded",
        "doc",
        "inner",
        "is_class_body",
        "is_lambda",
        "module",
        "n",
        "name",
        "operations",
        "params",
        "parent",
        "returns",
        "stores",
        "trace",
        "yield_n",
    )

    def __init__(self, module: Module, name: str, parent: Function | None, cls: Class | None, n: int) -> None:
        self.module, self.name, self.n = module, name, n
        #: the docstring as it is written, "" if there is none
        self.doc = ""
        #: the number of the first `yield`
        self.yield_n: int | None = None
        self.is_lambda = False
        self.is_class_body = False
        self._hold(parent, cls)

    def _hold(self, parent: Function | None, cls: Class | None) -> None:
        """Begin without contents."""
        self.parent, self.cls = parent, cls
        self.params: list[Param] = []
        self.decorators: tuple[Node, ...] = ()
        self.trace: Trace = []
        self.returns: list[Return] = []
        #: every value that a local name is ever given
        self.bindings: dict[str, list[Node]] = {}
        self.calls: list[Call] = []
        #: calls that are a statement of their own: nobody takes the result
        self.discarded: list[Call] = []
        #: the arithmetic of the body, in order
        self.operations: list[Binary | Unary] = []
        #: the comparisons of the body, in order
        self.comparisons: list[Compare] = []
        self.stores: list[Store] = []
        self.inner: list[Function] = []

    def dissolve(self) -> None:
        """Let go of all that may lead back to this function."""
        self._hold(None, None)

    def __repr__(self) -> str:
        return f"<{self.module.source.path}:{self.qualname}>"

    @property
    def qualname(self) -> str:
        if self.parent is None or self.parent.name == "<module>":
            return self.name
        return f"{self.parent.qualname}.{self.name}"

    @property
    def is_method(self) -> bool:
        return self.cls is not None and self.parent is not None and self.parent.is_class_body

    def param(self, name: str) -> Param | None:
        for param in self.params:
            if param.name == name:
                return param
        return None


class Class:
    __slots__ = ("bases", "body", "decorators", "methods", "module", "n", "name")

    def __init__(self, module: Module, name: str, bases: tuple[Node, ...], body: Function, n: int) -> None:
        self.module, self.name, self.bases, self.body, self.n = module, name, bases, body, n
        self.methods: dict[str, Function] = {}
        self.decorators: tuple[Node, ...] = ()

    def dissolve(self) -> None:
        """Let go of all that may lead back to this class."""
        self.bases, self.methods, self.decorators = (), {}, ()

    def __repr__(self) -> str:
        return f"<class {self.module.source.path}:{self.name}>"
