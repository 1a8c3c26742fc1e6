"""From the syntax tree of `ast` to the value graph of `nodes.py`, in one walk.

Statements are read here, expressions in `expressions.py`.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from torchlint.semantics.expressions import ExpressionBuilder
from torchlint.semantics.functions import Class, Function, Return
from torchlint.semantics.nodes import (
    Attr,
    Call,
    ClassRef,
    Display,
    Element,
    Entered,
    FunctionRef,
    Imported,
    Item,
    Join,
    Loop,
    Node,
    Param,
    Part,
    Starred,
    Unknown,
    Update,
)
from torchlint.semantics.spans import Name, Stretch
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

    def build(self, tree: ast.Module) -> Function:
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

    def assign(self, target: ast.expr, value: Node, op: str = "=") -> None:
        """Give `value` to an assignment target."""
        if isinstance(target, ast.Name):
            self.bind(target.id, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            count = len(target.elts)
            starred = next((i for i, e in enumerate(target.elts) if isinstance(e, ast.Starred)), None)
            for i, element in enumerate(target.elts):
                place = Stretch(element, element)
                if i == starred:
                    part: Node = self.new(Unknown(), place)
                else:
                    index = i if starred is None or i < starred else i - count
                    part = self.new(Part(value, index, count, starred is not None), place)
                self.assign(element, part)
        elif isinstance(target, ast.Attribute):
            node = self.new(Attr(self.expr(target.value), target.attr), target)
            self._store(Store(node, value, op, self.guards))
        elif isinstance(target, ast.Subscript):
            item = self.expr(target)
            if isinstance(item, Item):
                self._store(Store(item, value, op, self.guards))
                if isinstance(target.value, ast.Name) and target.value.id in self.env:
                    updated = self.new(Update(item.base, item.index, value), target)
                    self.bind(target.value.id, updated)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value)

    def _store(self, store: Store) -> None:
        self.function.stores.append(store)
        self.trace.append(store)

    # ------------------------------------------------------------- statements

    def _body(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            handler = _STATEMENTS.get(type(statement))
            if handler is not None:
                handler(self, statement)

    def _block(self, body: Sequence[ast.stmt], env: Env | None = None) -> tuple[Trace, Env | None]:
        """Read a block in a trace of its own; returns its trace and its final state, None if it can't end."""
        outer, outer_env, outer_guards = self.trace, self.env, self.guards
        trace: Trace = []
        self.trace = trace
        self.env = dict(outer_env) if env is None else env
        self.dead = False
        self._body(body)
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

    def _if(self, node: ast.If) -> None:
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
        self._body(node.body)
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

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        self._loop("for", node)

    def _while(self, node: ast.While) -> None:
        self._loop("while", node)

    def _try(self, node: ast.Try) -> None:
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

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        contexts = []
        for item in node.items:
            context = self.expr(item.context_expr)
            contexts.append(context)
            target = item.optional_vars
            if target is not None:
                self.assign(target, self.new(Entered(context), Stretch(item.context_expr, target)))
        outer, self.trace = self.trace, []
        self._body(node.body)
        body, self.trace = self.trace, outer
        self.trace.append(Within(tuple(contexts), body))

    def _match(self, node: ast.Match) -> None:
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

    # ------------------------------------------------------- definitions

    def _def(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        function = Function(self.module, node.name, self.function, self.cls, self.number(node))
        function.decorators = tuple([self.expr(decorator) for decorator in node.decorator_list])
        function.doc = _docstring(node.body)
        self._parameters(function, node.args)
        self.function.inner.append(function)
        if self.cls is not None and self.function.is_class_body:
            self.cls.methods[function.name] = function
        self.bind(function.name, self.new(FunctionRef(function), Name(node)))
        with self.inside(function):
            self._body(node.body)

    def _parameters(self, function: Function, args: ast.arguments) -> None:
        def add(arg: ast.arg, kind: str, default: ast.expr | None = None) -> None:
            value = self.expr(default) if default is not None else None
            made = Param(function, len(function.params), arg.arg, kind, value, self.annotation(arg.annotation))
            function.params.append(self.new(made, Name(arg)))

        plain = [*args.posonlyargs, *args.args]
        defaults = [*[None] * (len(plain) - len(args.defaults)), *args.defaults]
        for arg, default in zip(plain, defaults):
            add(arg, "plain", default)
        if args.vararg is not None:
            add(args.vararg, "args")
        for arg, given in zip(args.kwonlyargs, args.kw_defaults):
            add(arg, "keyword", given)
        if args.kwarg is not None:
            add(args.kwarg, "kwargs")

    def lambda_(self, node: ast.Lambda) -> Node:
        function = Function(self.module, "<lambda>", self.function, self.cls, self.number(node))
        function.is_lambda = True
        self._parameters(function, node.args)
        self.function.inner.append(function)
        with self.inside(function):
            function.returns.append(Return(self.expr(node.body), (), False))
        return self.new(FunctionRef(function), node)

    def _class(self, node: ast.ClassDef) -> None:
        decorators = tuple([self.expr(decorator) for decorator in node.decorator_list])
        bases = tuple([self.expr(base.value if isinstance(base, ast.Starred) else base) for base in node.bases])
        body = Function(self.module, node.name, self.function, None, self.number(node))
        body.is_class_body = True
        cls = Class(self.module, node.name, bases, body, body.n)
        cls.decorators = decorators
        body.cls = cls
        self.module.classes.append(cls)
        self.bind(cls.name, self.new(ClassRef(cls), Name(node)))
        self.function.inner.append(body)
        with self.inside(body, cls):
            self._body(node.body)

    # ------------------------------------------------------- small statements

    def _assignment(self, node: ast.Assign) -> None:
        value = self.expr(node.value)
        for target in node.targets:
            if isinstance(target, (ast.Tuple, ast.List)) and isinstance(node.value, (ast.Tuple, ast.List)):
                self._parallel(target, value)
            else:
                self.assign(target, value)

    def _parallel(self, target: ast.Tuple | ast.List, value: Node) -> None:
        """`a, b = x, y` gives the values themselves, with no tuple between."""
        if (
            isinstance(value, Display)
            and not any(isinstance(item, Starred) for item in value.items)
            and len(value.items) == len(target.elts)
            and not any(isinstance(element, ast.Starred) for element in target.elts)
        ):
            for element, item in zip(target.elts, value.items):
                self.assign(element, item)
        else:
            self.assign(target, value)

    def _annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self.expr(node.value))

    def _augmented(self, node: ast.AugAssign) -> None:
        left = self.expr(node.target)
        value = self.binary(node.op, left, self.expr(node.value), node, in_place=True)
        if isinstance(node.target, ast.Name):
            self.trace.append(InPlace(value))
        self.assign(node.target, value, value.op)

    def _expression(self, node: ast.Expr) -> None:
        value = self.expr(node.value)
        if isinstance(value, Attr):
            self.trace.append(Bare(value))
        elif isinstance(value, Call) and not isinstance(node.value, ast.Name):  # `x` alone calls nothing again
            self.function.discarded.append(value)

    def _return(self, node: ast.Return) -> None:
        value = self.expr(node.value) if node.value is not None else self.constant(None, node)
        self.function.returns.append(Return(value, self.guards, False))
        self._jump("return")

    def _jump(self, kind: str) -> None:
        self.trace.append(Jump(kind))
        self.dead = True

    def _raise(self, node: ast.Raise) -> None:
        if node.exc is not None:
            self.expr(node.exc)
        self._jump("raise")

    def _break(self, node: ast.Break) -> None:
        if self.loops:
            self.loops[-1].breaks.append(dict(self.env))
        self._jump("break")

    def _next(self, node: ast.Continue) -> None:
        if self.loops:
            self.loops[-1].continues.append(dict(self.env))
        self._jump("continue")

    def _assert(self, node: ast.Assert) -> None:
        cond = self.expr(node.test)
        self.guards = (*self.guards, (cond, True))

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.asname is not None:
                self.bind(alias.asname, self.new(Imported(self.module, alias.name, None, 0), alias))
            else:
                # `import a.b` binds `a`; that `a.b` is loaded is what attributes are looked up for anyway
                package = alias.name.partition(".")[0]
                self.bind(package, self.new(Imported(self.module, package, None, 0), alias))
            self.module.imports.append((alias.name, 0))

    def _import_from(self, node: ast.ImportFrom) -> None:
        path, level = node.module or "", node.level
        self.module.imports.append((path, level))
        if node.names[0].name == "*":
            self.module.star_imports.append((path, level))
            return
        for alias in node.names:
            self.module.imports.append((f"{path}.{alias.name}" if path else alias.name, level))
            self.bind(alias.asname or alias.name, self.new(Imported(self.module, path, alias.name, level), alias))

    def _global(self, node: ast.Global) -> None:
        self.globals.update(node.names)

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            for name in target.elts if isinstance(target, ast.Tuple) else [target]:
                if isinstance(name, ast.Name):
                    self.env.pop(name.id, None)


def _docstring(body: list[ast.stmt]) -> str:
    """The text of a docstring."""
    first = body[0] if body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return first.value.value
    return ""


_STATEMENTS: dict[type, Callable[[Builder, Any], None]] = {
    ast.Assign: Builder._assignment,
    ast.AnnAssign: Builder._annotated,
    ast.AugAssign: Builder._augmented,
    ast.Expr: Builder._expression,
    ast.Return: Builder._return,
    ast.Raise: Builder._raise,
    ast.Break: Builder._break,
    ast.Continue: Builder._next,
    ast.Assert: Builder._assert,
    ast.Import: Builder._import,
    ast.ImportFrom: Builder._import_from,
    ast.Global: Builder._global,
    ast.Delete: Builder._delete,
    ast.If: Builder._if,
    ast.For: Builder._for,
    ast.AsyncFor: Builder._for,
    ast.While: Builder._while,
    ast.Try: Builder._try,
    ast.With: Builder._with,
    ast.AsyncWith: Builder._with,
    ast.Match: Builder._match,
    ast.FunctionDef: Builder._def,
    ast.AsyncFunctionDef: Builder._def,
    ast.ClassDef: Builder._class,
}

if sys.version_info >= (3, 11):
    _STATEMENTS[ast.TryStar] = Builder._try
