"""Statements that branch, repeat and leave: what a variable may be after them, and under which conditions code runs."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from torchlint.semantics.expressions import ExpressionBuilder
from torchlint.semantics.nodes import ClassRef, Element, Entered, FunctionRef, Imported, Join, Loop, Node, Unknown
from torchlint.semantics.spans import Stretch
from torchlint.semantics.traces import Attempt, Branch, Jump, LoopStep, Trace, Within

if TYPE_CHECKING:
    from torchlint.semantics.module import Module

Env = dict[str, Node]

#: values of names that loops are not expected to rebind
_FIXED = (Imported, FunctionRef, ClassRef)


class _LoopFrame:
    """The variables of a loop under construction, and the states that `break` and `continue` leave."""

    def __init__(self) -> None:
        self.breaks: list[Env] = []
        self.continues: list[Env] = []


class ControlFlowBuilder(ExpressionBuilder):
    """Keeps the state of the variables on each way through a function."""

    def __init__(self, module: Module) -> None:
        super().__init__(module)
        self.loops: list[_LoopFrame] = []

    def body(self, statements: Sequence[ast.stmt]) -> None:
        """Read statements, one after the other."""
        raise NotImplementedError

    def assign(self, target: ast.expr, value: Node, op: str = "=") -> None:
        """Give `value` to an assignment target."""
        raise NotImplementedError

    def _block(self, body: Sequence[ast.stmt], env: Env | None = None) -> tuple[Trace, Env | None]:
        """Read a block in a trace of its own; returns its trace and its final state, None if it can't end."""
        outer, outer_env, outer_guards = self.trace, self.env, self.guards
        trace: Trace = []
        self.trace = trace
        self.env = dict(outer_env) if env is None else env
        self.dead = False
        self.body(body)
        result = None if self.dead else self.env
        self.trace, self.env, self.guards, self.dead = outer, outer_env, outer_guards, False
        return trace, result

    def _continue_with(self, *states: Env | None) -> None:
        """Go on in the join of `states`; those that are None never arrive here."""
        alive = [state for state in states if state is not None]
        if not alive:
            self.dead = True
            return
        first, *others = alive
        merged = dict(first)
        for other in others:
            for name, value in other.items():
                mine = merged.get(name)
                if mine is None:
                    merged[name] = value
                elif mine is not value:
                    merged[name] = self.join(mine, value)
        self.env = merged

    def join(self, left: Node, right: Node) -> Node:
        options = left.options if isinstance(left, Join) else (left,)
        if any(option is right for option in options):
            return left
        return self.new(Join((*options, right)), None, left.n)

    def if_(self, node: ast.If) -> None:
        cond = self.expr(node.test)
        guards = self.guards
        self.guards = (*guards, (cond, True))
        yes, yes_env = self._block(node.body)
        self.guards = (*guards, (cond, False))
        no: Trace = []
        no_env: Env | None = self.env
        if node.orelse:
            no, no_env = self._block(node.orelse)
        self.guards = guards
        self.trace.append(Branch(cond, yes, no))
        if yes_env is None or no_env is None:
            # the rest of the block runs only where the other branch was taken
            if yes_env is None and no_env is not None:
                self.guards = (*guards, (cond, False))
            elif no_env is None and yes_env is not None:
                self.guards = (*guards, (cond, True))
            self._continue_with(yes_env, no_env)
            return
        merged = dict(yes_env)
        for name, other in no_env.items():
            mine = merged.get(name)
            if mine is None:
                merged[name] = other
            elif mine is not other:
                merged[name] = self.choice(cond, mine, other)
        self.env = merged

    def _loop(self, kind: str, node: ast.For | ast.AsyncFor | ast.While) -> None:
        if not isinstance(node, ast.While):
            source = self.expr(node.iter)
        else:
            source = self.new(Unknown(), node.test)
        before = self.env
        frame = _LoopFrame()
        self.loops.append(frame)
        outer, outer_guards, self.trace = self.trace, self.guards, []
        loops: dict[str, Loop] = {}
        self.env = {
            name: value
            if isinstance(value, _FIXED)
            else loops.setdefault(name, self.new(Loop(name, value), None, value.n))
            for name, value in before.items()
        }
        self.dead = False
        target: Node | None = None
        if not isinstance(node, ast.While):
            target = self.new(Element(source), node.target)
            self.assign(node.target, target)
        else:
            source = self.expr(node.test)
            self.guards = (*self.guards, (source, True))
        self.body(node.body)
        body, end = self.trace, (None if self.dead else self.env)
        self.trace, self.guards, self.dead = outer, outer_guards, False
        self.loops.pop()
        rounds = [state for state in (end, *frame.continues) if state is not None]
        for name, loop in loops.items():
            values = {id(state[name]): state[name] for state in rounds if state.get(name) is not loop and name in state}
            if values:
                nexts = tuple(values.values())
                loop.next = nexts[0] if len(nexts) == 1 else self.new(Join(nexts), None, loop.n)
                self.module.loops.append(loop)
        for state in (*rounds, *frame.breaks):
            for name, value in state.items():
                while isinstance(value, Loop) and value.next is None and loops.get(value.name) is value:
                    state[name] = value = value.init
        orelse: Trace = []
        self.env = before
        # a `while True` is only left by break
        endless = isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and node.test.value is True
        self._continue_with(*([] if endless else [before]), *rounds, *frame.breaks)
        if self.dead and not endless:
            self.dead = False
            self.env = before
        if node.orelse:
            orelse, after = self._block(node.orelse)
            if after is not None:
                self.env = after
        self.trace.append(LoopStep(kind, source, target, body, orelse))

    def for_(self, node: ast.For | ast.AsyncFor) -> None:
        self._loop("for", node)

    def while_(self, node: ast.While) -> None:
        self._loop("while", node)

    def try_(self, node: ast.Try) -> None:
        before = self.env
        body, body_env = self._block(node.body)
        start = dict(before)
        if body_env is not None:
            for name, value in body_env.items():
                if name not in start:
                    start[name] = value
                elif start[name] is not value:
                    start[name] = self.join(start[name], value)
        handlers, states = [], []
        for handler in node.handlers:
            state = dict(start)
            if handler.name is not None:
                state[handler.name] = self.new(Unknown(), handler)
            trace, after = self._block(handler.body, state)
            handlers.append(trace)
            states.append(after)
        orelse: Trace = []
        if node.orelse and body_env is not None:
            orelse, body_env = self._block(node.orelse, body_env)
        self._continue_with(body_env, *states)
        dead, self.dead = self.dead, False
        final: Trace = []
        if node.finalbody:
            final, after = self._block(node.finalbody)
            if after is not None:
                self.env = after
        self.dead = dead
        self.trace.append(Attempt(body, tuple(handlers), orelse, final))

    def with_(self, node: ast.With | ast.AsyncWith) -> None:
        contexts = []
        for item in node.items:
            context = self.expr(item.context_expr)
            contexts.append(context)
            target = item.optional_vars
            if target is not None:
                self.assign(target, self.new(Entered(context), Stretch(item.context_expr, target)))
        outer, self.trace = self.trace, []
        self.body(node.body)
        body, self.trace = self.trace, outer
        self.trace.append(Within(tuple(contexts), body))

    def match_(self, node: ast.Match) -> None:
        self.expr(node.subject)
        states: list[Env | None] = [self.env]
        for case in node.cases:
            cond = self.new(Unknown(), case.pattern)
            guards = self.guards
            self.guards = (*guards, (cond, True))
            trace, state = self._block(case.body)
            self.guards = guards
            states.append(state)
            self.trace.append(Branch(cond, trace, []))
        self._continue_with(*states)

    def jump_(self, kind: str) -> None:
        self.trace.append(Jump(kind))
        self.dead = True

    def raise_(self, node: ast.Raise) -> None:
        if node.exc is not None:
            self.expr(node.exc)
        self.jump_("raise")

    def break_(self, node: ast.Break) -> None:
        if self.loops:
            self.loops[-1].breaks.append(dict(self.env))
        self.jump_("break")

    def next_(self, node: ast.Continue) -> None:
        if self.loops:
            self.loops[-1].continues.append(dict(self.env))
        self.jump_("continue")
