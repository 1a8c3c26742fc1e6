"""From a libcst tree to the value graph of `nodes.py`: one walk, no metadata, no matchers.

Statements are read here, expressions in `expressions.py`. The walk never looks at whitespace or
punctuation, which are most of a libcst tree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import libcst as cst

from torchlint.semantics.expressions import ExpressionBuilder
from torchlint.semantics.nodes import (
    Attr,
    Call,
    Class,
    ClassRef,
    Display,
    Element,
    Entered,
    Function,
    FunctionRef,
    Imported,
    Item,
    Join,
    Loop,
    Node,
    Param,
    Part,
    Return,
    Starred,
    Unknown,
    Update,
)
from torchlint.semantics.traces import Attempt, Bare, Branch, InPlace, Jump, LoopStep, Store, Trace, Within

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


class Builder(ExpressionBuilder):
    """Builds the functions and classes of one module."""

    def __init__(self, module: Module) -> None:
        super().__init__(module)
        self.loops: list[_LoopFrame] = []

    def build(self, tree: cst.Module) -> Function:
        top = Function(self.module, "<module>", None, None, self.number(tree))
        self.enter(top, {})
        self._body(tree.body)
        return top

    # ------------------------------------------------------------------ names

    def bind(self, name: str, value: Node) -> None:
        function = self.function
        if name in self.globals:
            function = self.module_scope()
        else:
            self.env[name] = value
        function.bindings.setdefault(name, []).append(value)

    def assign(self, target: cst.CSTNode, value: Node, op: str = "=") -> None:
        """Give `value` to an assignment target."""
        if isinstance(target, cst.Name):
            self.bind(target.value, value)
        elif isinstance(target, (cst.Tuple, cst.List)):
            count = len(target.elements)
            starred = next((i for i, e in enumerate(target.elements) if isinstance(e, cst.StarredElement)), None)
            for i, element in enumerate(target.elements):
                if i == starred:
                    part: Node = self.new(Unknown(), element)
                else:
                    index = i if starred is None or i < starred else i - count
                    part = self.new(Part(value, index, count, starred is not None), element)
                self.assign(element.value, part)
        elif isinstance(target, cst.Attribute):
            node = self.new(Attr(self.expr(target.value), target.attr.value), target)
            self._store(Store(node, value, op, self.guards))
        elif isinstance(target, cst.Subscript):
            item = self.expr(target)
            if isinstance(item, Item):
                self._store(Store(item, value, op, self.guards))
                if isinstance(target.value, cst.Name) and target.value.value in self.env:
                    updated = self.new(Update(item.base, item.index, value), target)
                    self.bind(target.value.value, updated)
        elif isinstance(target, (cst.StarredElement, cst.Element)):
            self.assign(target.value, value)

    def _store(self, store: Store) -> None:
        self.function.stores.append(store)
        self.trace.append(store)

    # ------------------------------------------------------------- statements

    def _body(self, statements: Sequence[cst.BaseStatement | cst.BaseSmallStatement]) -> None:
        for statement in statements:
            if isinstance(statement, cst.SimpleStatementLine):
                for small in statement.body:
                    self._statement(small)
            else:
                self._statement(statement)

    def _statement(self, statement: cst.CSTNode) -> None:
        handler = _STATEMENTS.get(type(statement))
        if handler is not None:
            handler(self, statement)

    def _block(self, suite: cst.BaseSuite, env: Env | None = None) -> tuple[Trace, Env | None]:
        """Read a suite in a trace of its own; returns its trace and its final state, None if it can't end."""
        outer, outer_env, outer_guards = self.trace, self.env, self.guards
        trace: Trace = []
        self.trace = trace
        self.env = dict(outer_env) if env is None else env
        self.dead = False
        self._body(suite.body)
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

    def _if(self, node: cst.If) -> None:
        cond = self.expr(node.test)
        guards = self.guards
        self.guards = (*guards, (cond, True))
        yes, yes_env = self._block(node.body)
        self.guards = (*guards, (cond, False))
        no: Trace = []
        no_env: Env | None = self.env
        if isinstance(node.orelse, cst.Else):
            no, no_env = self._block(node.orelse.body)
        elif node.orelse is not None:
            outer, outer_env = self.trace, self.env
            self.trace, self.env, self.dead = no, dict(outer_env), False
            self._if(node.orelse)
            no_env = None if self.dead else self.env
            self.trace, self.env, self.dead = outer, outer_env, False
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

    def _loop(self, kind: str, node: cst.For | cst.While) -> None:
        if isinstance(node, cst.For):
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
        if isinstance(node, cst.For):
            target = self.new(Element(source), node.target)
            self.assign(node.target, target)
        else:
            source = self.expr(node.test)
            self.guards = (*self.guards, (source, True))
        self._body(node.body.body)
        body, end = self.trace, (None if self.dead else self.env)
        self.trace, self.guards, self.dead = outer, outer_guards, False
        self.loops.pop()
        rounds = [state for state in (end, *frame.continues) if state is not None]
        for name, loop in loops.items():
            values = {id(state[name]): state[name] for state in rounds if state.get(name) is not loop and name in state}
            if values:
                nexts = tuple(values.values())
                loop.next = nexts[0] if len(nexts) == 1 else self.new(Join(nexts), None, loop.n)
        for state in (*rounds, *frame.breaks):
            for name, value in state.items():
                while isinstance(value, Loop) and value.next is value and loops.get(value.name) is value:
                    state[name] = value = value.init
        orelse: Trace = []
        self.env = before
        # a `while True` is only left by break
        endless = isinstance(node, cst.While) and isinstance(node.test, cst.Name) and node.test.value == "True"
        self._continue_with(*([] if endless else [before]), *rounds, *frame.breaks)
        if self.dead and not endless:
            self.dead = False
            self.env = before
        if node.orelse is not None:
            orelse, after = self._block(node.orelse.body)
            if after is not None:
                self.env = after
        self.trace.append(LoopStep(kind, source, target, body, orelse))

    def _for(self, node: cst.For) -> None:
        self._loop("for", node)

    def _while(self, node: cst.While) -> None:
        self._loop("while", node)

    def _try(self, node: cst.Try | cst.TryStar) -> None:
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
            if handler.name is not None and isinstance(handler.name.name, cst.Name):
                state[handler.name.name.value] = self.new(Unknown(), handler.name)
            trace, after = self._block(handler.body, state)
            handlers.append(trace)
            states.append(after)
        orelse: Trace = []
        if node.orelse is not None and body_env is not None:
            orelse, body_env = self._block(node.orelse.body, body_env)
        self._continue_with(body_env, *states)
        dead, self.dead = self.dead, False
        final: Trace = []
        if node.finalbody is not None:
            final, after = self._block(node.finalbody.body)
            if after is not None:
                self.env = after
        self.dead = dead
        self.trace.append(Attempt(body, tuple(handlers), orelse, final))

    def _with(self, node: cst.With) -> None:
        contexts = []
        for item in node.items:
            context = self.expr(item.item)
            contexts.append(context)
            if item.asname is not None:
                self.assign(item.asname.name, self.new(Entered(context), item))
        outer, self.trace = self.trace, []
        self._body(node.body.body)
        body, self.trace = self.trace, outer
        self.trace.append(Within(tuple(contexts), body))

    def _match(self, node: cst.Match) -> None:
        self.expr(node.subject)
        states: list[Env | None] = [self.env]
        for case in node.cases:
            cond = self.new(Unknown(), case)
            guards = self.guards
            self.guards = (*guards, (cond, True))
            trace, state = self._block(case.body)
            self.guards = guards
            states.append(state)
            self.trace.append(Branch(cond, trace, []))
        self._continue_with(*states)

    # ------------------------------------------------------- definitions

    def _def(self, node: cst.FunctionDef) -> None:
        function = Function(self.module, node.name.value, self.function, self.cls, self.number(node))
        function.decorators = tuple(self.expr(d.decorator) for d in node.decorators)
        function.doc = _docstring(node.body)
        self._parameters(function, node.params)
        self.function.inner.append(function)
        if self.cls is not None and self.function.is_class_body:
            self.cls.methods[function.name] = function
        self.bind(function.name, self.new(FunctionRef(function), node.name))
        with self.inside(function):
            self._body(node.body.body)

    def _parameters(self, function: Function, params: cst.Parameters) -> None:
        def add(param: cst.Param, kind: str) -> None:
            default = self.expr(param.default) if param.default is not None else None
            annotation = None
            if param.annotation is not None:
                annotation = self.annotation(param.annotation.annotation)
            index = len(function.params)
            made = self.new(Param(function, index, param.name.value, kind, default, annotation), param)
            function.params.append(made)

        for param in (*params.posonly_params, *params.params):
            add(param, "plain")
        if isinstance(params.star_arg, cst.Param):
            add(params.star_arg, "args")
        for param in params.kwonly_params:
            add(param, "keyword")
        if params.star_kwarg is not None:
            add(params.star_kwarg, "kwargs")

    def lambda_(self, node: cst.Lambda) -> Node:
        function = Function(self.module, "<lambda>", self.function, self.cls, self.number(node))
        function.is_lambda = True
        self._parameters(function, node.params)
        self.function.inner.append(function)
        with self.inside(function):
            function.returns.append(Return(self.expr(node.body), (), False))
        return self.new(FunctionRef(function), node)

    def _class(self, node: cst.ClassDef) -> None:
        for decorator in node.decorators:
            self.expr(decorator.decorator)
        bases = tuple(self.expr(base.value) for base in node.bases)
        body = Function(self.module, node.name.value, self.function, None, self.number(node))
        body.is_class_body = True
        cls = Class(self.module, node.name.value, bases, body, body.n)
        body.cls = cls
        self.module.classes.append(cls)
        self.bind(cls.name, self.new(ClassRef(cls), node.name))
        self.function.inner.append(body)
        with self.inside(body, cls):
            self._body(node.body.body)

    # ------------------------------------------------------- small statements

    def _assignment(self, node: cst.Assign) -> None:
        value = self.expr(node.value)
        for target in node.targets:
            goal = target.target
            if isinstance(goal, (cst.Tuple, cst.List)) and isinstance(node.value, (cst.Tuple, cst.List)):
                self._parallel(goal, value)
            else:
                self.assign(goal, value)

    def _parallel(self, target: cst.Tuple | cst.List, value: Node) -> None:
        """`a, b = x, y` gives the values themselves, with no tuple between."""
        plain = isinstance(value, Display) and not any(isinstance(item, Starred) for item in value.items)
        if (
            plain
            and isinstance(value, Display)
            and len(value.items) == len(target.elements)
            and not any(isinstance(e, cst.StarredElement) for e in target.elements)
        ):
            for element, item in zip(target.elements, value.items):
                self.assign(element.value, item)
        else:
            self.assign(target, value)

    def _annotated(self, node: cst.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self.expr(node.value))

    def _augmented(self, node: cst.AugAssign) -> None:
        left = self.expr(node.target)
        right = self.expr(node.value)
        op = type(node.operator).__name__.removesuffix("Assign")
        value = self.binary(op, left, right, node, in_place=True)
        if isinstance(node.target, cst.Name):
            self.trace.append(InPlace(value))
        self.assign(node.target, value, op)

    def _expression(self, node: cst.Expr) -> None:
        value = self.expr(node.value)
        if isinstance(value, Attr):
            self.trace.append(Bare(value))
        elif isinstance(value, Call) and not isinstance(node.value, cst.Name):  # `x` alone calls nothing again
            self.function.discarded.append(value)

    def _return(self, node: cst.Return) -> None:
        value = self.expr(node.value) if node.value is not None else self.constant(None, node)
        self.function.returns.append(Return(value, self.guards, False))
        self._jump("return")

    def _jump(self, kind: str) -> None:
        self.trace.append(Jump(kind))
        self.dead = True

    def _raise(self, node: cst.Raise) -> None:
        if node.exc is not None:
            self.expr(node.exc)
        self._jump("raise")

    def _break(self, node: cst.Break) -> None:
        if self.loops:
            self.loops[-1].breaks.append(dict(self.env))
        self._jump("break")

    def _next(self, node: cst.Continue) -> None:
        if self.loops:
            self.loops[-1].continues.append(dict(self.env))
        self._jump("continue")

    def _assert(self, node: cst.Assert) -> None:
        cond = self.expr(node.test)
        self.guards = (*self.guards, (cond, True))

    def _import(self, node: cst.Import) -> None:
        for alias in node.names:
            path = self.dotted(alias.name)
            if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
                self.bind(alias.asname.name.value, self.new(Imported(self.module, path, None, 0), alias))
            else:
                # `import a.b` binds `a`; that `a.b` is loaded is what attributes are looked up for anyway
                self.bind(
                    path.partition(".")[0], self.new(Imported(self.module, path.partition(".")[0], None, 0), alias)
                )
            self.module.imports.append((path, 0))

    def _import_from(self, node: cst.ImportFrom) -> None:
        path = self.dotted(node.module) if node.module is not None else ""
        level = len(node.relative)
        self.module.imports.append((path, level))
        if isinstance(node.names, cst.ImportStar):
            self.module.star_imports.append((path, level))
            return
        for alias in node.names:
            name = self.dotted(alias.name)
            local = alias.asname.name.value if alias.asname and isinstance(alias.asname.name, cst.Name) else name
            self.module.imports.append((f"{path}.{name}" if path else name, level))
            self.bind(local, self.new(Imported(self.module, path, name, level), alias))

    def _global(self, node: cst.Global | cst.Nonlocal) -> None:
        if isinstance(node, cst.Global):
            self.globals.update(item.name.value for item in node.names)

    def _delete(self, node: cst.Del) -> None:
        targets = node.target.elements if isinstance(node.target, cst.Tuple) else [node.target]
        for target in targets:
            name = target.value if isinstance(target, cst.Element) else target
            if isinstance(name, cst.Name):
                self.env.pop(name.value, None)


def _docstring(body: cst.BaseSuite) -> str:
    """The text of a docstring, quotes included."""
    first = body.body[0] if body.body else None
    if isinstance(first, cst.SimpleStatementLine) and isinstance(first.body[0], cst.Expr):
        value = first.body[0].value
        return value.value if isinstance(value, cst.SimpleString) else ""
    return ""


_STATEMENTS: dict[type, Callable[[Builder, Any], None]] = {
    cst.Assign: Builder._assignment,
    cst.AnnAssign: Builder._annotated,
    cst.AugAssign: Builder._augmented,
    cst.Expr: Builder._expression,
    cst.Return: Builder._return,
    cst.Raise: Builder._raise,
    cst.Break: Builder._break,
    cst.Continue: Builder._next,
    cst.Assert: Builder._assert,
    cst.Import: Builder._import,
    cst.ImportFrom: Builder._import_from,
    cst.Global: Builder._global,
    cst.Nonlocal: Builder._global,
    cst.Del: Builder._delete,
    cst.If: Builder._if,
    cst.For: Builder._for,
    cst.While: Builder._while,
    cst.Try: Builder._try,
    cst.TryStar: Builder._try,
    cst.With: Builder._with,
    cst.Match: Builder._match,
    cst.FunctionDef: Builder._def,
    cst.ClassDef: Builder._class,
}
