"""What a function does, in order of execution: its calls and stores, inside loops, branches and `with` statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from torchlint.semantics.nodes import Attr, Call
from torchlint.semantics.operations import called_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from torchlint.semantics.functions import Function
    from torchlint.semantics.nodes import Binary, Guards, Item, Node


class Store:
    """An assignment to an attribute or a subscript: `target` is the `Attr` or `Item` written to."""

    __slots__ = ("guards", "op", "target", "value")

    def __init__(self, target: Attr | Item, value: Node, op: str, guards: Guards) -> None:
        self.target, self.value, self.op, self.guards = target, value, op, guards


class Bare:
    """An expression statement that calls nothing, such as `model.eval`."""

    __slots__ = ("node",)

    def __init__(self, node: Node) -> None:
        self.node = node


class InPlace:
    """`name op= value` on a local name."""

    __slots__ = ("node",)

    def __init__(self, node: Binary) -> None:
        self.node = node


class Renaming:
    """`best = model`: a value of one name is given another one, and is no other value."""

    __slots__ = ("guards", "n", "name", "of", "value")

    def __init__(self, name: str, of: str, value: Node, guards: Guards, n: int) -> None:
        self.name, self.of, self.value, self.guards, self.n = name, of, value, guards, n


class LoopStep:
    """A loop: `source` is the iterable of a `for`, the condition of a `while`."""

    __slots__ = ("body", "kind", "orelse", "source", "target")

    def __init__(self, kind: str, source: Node, target: Node | None, body: Trace, orelse: Trace) -> None:
        self.kind, self.source, self.target, self.body, self.orelse = kind, source, target, body, orelse


class Branch:
    __slots__ = ("cond", "no", "yes")

    def __init__(self, cond: Node, yes: Trace, no: Trace) -> None:
        self.cond, self.yes, self.no = cond, yes, no


class Within:
    """A `with` statement."""

    __slots__ = ("body", "contexts")

    def __init__(self, contexts: tuple[Node, ...], body: Trace) -> None:
        self.contexts, self.body = contexts, body


class Attempt:
    """A `try` statement."""

    __slots__ = ("body", "final", "handlers", "orelse")

    def __init__(self, body: Trace, handlers: tuple[Trace, ...], orelse: Trace, final: Trace) -> None:
        self.body, self.handlers, self.orelse, self.final = body, handlers, orelse, final


class Jump:
    """`return`, `break`, `continue` or `raise`."""

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        self.kind = kind


Step: TypeAlias = "Call | Store | Bare | InPlace | Renaming | LoopStep | Branch | Within | Attempt | Jump"
Trace = list[Step]


def blocks(step: Step) -> tuple[Trace, ...]:
    """The traces inside a step, in the order of the source."""
    if isinstance(step, LoopStep):
        return (step.body, step.orelse)
    if isinstance(step, Branch):
        return (step.yes, step.no)
    if isinstance(step, Within):
        return (step.body,)
    if isinstance(step, Attempt):
        return (step.body, *step.handlers, step.orelse, step.final)
    return ()


def loops_in(trace: Trace) -> Iterator[LoopStep]:
    """The loops of a trace, those in its loops and branches too."""
    for step in trace:
        if isinstance(step, LoopStep):
            yield step
        for block in blocks(step):
            yield from loops_in(block)


def calls_in(trace: Trace) -> list[Call]:
    """The calls of a trace, those in its loops and branches too."""
    found: list[Call] = []
    for step in trace:
        if isinstance(step, Call):
            found.append(step)
        for block in blocks(step):
            found += calls_in(block)
    return found


def calls_within(function: Function, methods: Collection[str]) -> bool:
    """Whether a function, or one in it, calls a method of one of these names."""
    return any(isinstance(call.func, Attr) and call.func.name in methods for call in function.calls) or any(
        calls_within(inner, methods) for inner in function.inner
    )


#: Context managers of pytest and unittest for code that must raise.
_FAILING = frozenset({"raises", "assertRaises", "assertRaisesRegex"})
#: Those, and others of theirs and of contextlib for code that may raise or warn.
_EXPECTING = _FAILING | {"suppress", "warns", "assertWarns"}


def is_to_fail(step: Within) -> bool:
    """Whether a block of a test is run to see it fail."""
    return _is_under(step, _FAILING)


def expects_error(step: Step, block: Trace) -> bool:
    """Whether a block of a step is run to see whether it raises: under `pytest.raises`, or tried with a handler."""
    if isinstance(step, Within):
        return _is_under(step, _EXPECTING)
    return isinstance(step, Attempt) and block is step.body and bool(step.handlers)


def _is_under(step: Within, managers: frozenset[str]) -> bool:
    return any(isinstance(context, Call) and called_name(context) in managers for context in step.contexts)


def conditions(trace: Trace) -> Iterator[Node]:
    """What the conditions, loops and context managers of a trace ask for."""
    for step in trace:
        if isinstance(step, Branch):
            yield step.cond
        elif isinstance(step, LoopStep):
            yield step.source
        elif isinstance(step, Within):
            yield from step.contexts
        for block in blocks(step):
            yield from conditions(block)
