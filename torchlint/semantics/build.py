"""From the syntax tree of `ast` to the value graph of `nodes.py`, in one walk.

What binds and defines is read here, what branches and repeats in `control_flow.py`, expressions in `expressions.py`.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Sequence
from typing import Any

from torchlint.semantics.control_flow import ControlFlowBuilder
from torchlint.semantics.functions import Class, Function, Return
from torchlint.semantics.nodes import (
    Attr,
    Call,
    ClassRef,
    Display,
    FunctionRef,
    Imported,
    Item,
    Node,
    Param,
    Part,
    Starred,
    Unknown,
    Update,
)
from torchlint.semantics.spans import Name, Stretch
from torchlint.semantics.traces import Bare, InPlace, Renaming, Store


class Builder(ControlFlowBuilder):
    """Builds the functions and classes of one module."""

    def build(self, tree: ast.Module) -> Function:
        top = Function(self.module, "<module>", None, None, self.number(tree))
        self.enter(top, {})
        self.body(tree.body)
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

    def body(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            handler = _STATEMENTS.get(type(statement))
            if handler is not None:
                handler(self, statement)

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
            self.body(node.body)

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
            self.body(node.body)

    # ------------------------------------------------------- small statements

    def _assignment(self, node: ast.Assign) -> None:
        value = self.expr(node.value)
        for target in node.targets:
            if isinstance(target, (ast.Tuple, ast.List)) and isinstance(node.value, (ast.Tuple, ast.List)):
                self._parallel(target, value)
            else:
                self.assign(target, value)
            if isinstance(target, ast.Name) and isinstance(node.value, ast.Name):
                self.trace.append(Renaming(target.id, node.value.id, value, self.guards, self.number(node.value)))

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
        self.jump_("return")

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
    ast.Raise: Builder.raise_,
    ast.Break: Builder.break_,
    ast.Continue: Builder.next_,
    ast.Assert: Builder._assert,
    ast.Import: Builder._import,
    ast.ImportFrom: Builder._import_from,
    ast.Global: Builder._global,
    ast.Delete: Builder._delete,
    ast.If: Builder.if_,
    ast.For: Builder.for_,
    ast.AsyncFor: Builder.for_,
    ast.While: Builder.while_,
    ast.Try: Builder.try_,
    ast.With: Builder.with_,
    ast.AsyncWith: Builder.with_,
    ast.Match: Builder.match_,
    ast.FunctionDef: Builder._def,
    ast.AsyncFunctionDef: Builder._def,
    ast.ClassDef: Builder._class,
}

if sys.version_info >= (3, 11):
    _STATEMENTS[ast.TryStar] = Builder.try_
