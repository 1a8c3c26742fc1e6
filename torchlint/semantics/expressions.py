"""Expressions of a libcst tree as nodes of the value graph."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import libcst as cst

from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Boolean,
    Call,
    Choice,
    Class,
    Compare,
    Comprehension,
    Const,
    Display,
    Element,
    Free,
    Function,
    Guards,
    Item,
    Mapping,
    Node,
    Return,
    Slice,
    Starred,
    Unary,
    Unknown,
)
from torchlint.semantics.traces import LoopStep, Trace

if TYPE_CHECKING:
    from torchlint.semantics.module import Module

N = TypeVar("N", bound=Node)


class ExpressionBuilder:
    """The state of the walk (where it stands, what the names mean there) and its expressions."""

    def __init__(self, module: Module) -> None:
        self.module = module
        #: the syntax behind each number, for positions and fixes
        self.syntax: list[cst.CSTNode | None] = []
        self.function: Function
        self.cls: Class | None = None
        self.env: dict[str, Node] = {}
        self.globals: set[str] = set()
        self.trace: Trace = []
        self.guards: Guards = ()
        self.dead = False

    # ---------------------------------------------------------------- places

    def number(self, syntax: cst.CSTNode | None) -> int:
        self.syntax.append(syntax)
        return len(self.syntax) - 1

    def new(self, node: N, syntax: cst.CSTNode | None, n: int | None = None) -> N:
        """Number a node; a node that has no syntax of its own shares the number `n` of another."""
        if n is None:
            self.syntax.append(syntax)
            n = len(self.syntax) - 1
        node.n = n
        return node

    def enter(self, function: Function, env: dict[str, Node]) -> None:
        self.function, self.env, self.trace, self.guards, self.dead = function, env, function.trace, (), False
        self.globals = set()

    @contextmanager
    def inside(self, function: Function, cls: Class | None = None) -> Iterator[None]:
        """Read the body of a function or class."""
        saved = (self.function, self.env, self.trace, self.guards, self.dead, self.globals, self.cls)
        if cls is not None:
            self.cls = cls
        env: dict[str, Node] = {param.name: param for param in function.params}
        self.enter(function, env)
        for name, value in env.items():
            function.bindings[name] = [value]
        yield
        self.function, self.env, self.trace, self.guards, self.dead, self.globals, self.cls = saved

    def module_scope(self) -> Function:
        function = self.function
        while function.parent is not None:
            function = function.parent
        return function

    # ----------------------------------------------------------- expressions

    def expr(self, node: cst.CSTNode) -> Node:
        handler = _EXPRESSIONS.get(type(node))
        if handler is None:
            return self.new(Unknown(), node)
        return handler(self, node)

    def constant(self, value: object, node: cst.CSTNode) -> Const:
        return self.new(Const(value), node)

    def choice(self, cond: Node, yes: Node, no: Node) -> Node:
        return self.new(Choice(cond, yes, no), None, yes.n)

    def binary(self, op: str, left: Node, right: Node, node: cst.CSTNode, in_place: bool = False) -> Binary:
        value = self.new(Binary(op, left, right, in_place), node)
        self.function.operations.append(value)
        return value

    def annotation(self, node: cst.CSTNode) -> Node | None:
        """An annotation as a value, if it is a plain name: other forms say nothing that rules use."""
        if isinstance(node, (cst.Name, cst.Attribute)):
            return self.expr(node)
        return None

    def dotted(self, node: cst.CSTNode) -> str:
        if isinstance(node, cst.Name):
            return node.value
        if isinstance(node, cst.Attribute):
            return f"{self.dotted(node.value)}.{node.attr.value}"
        return ""

    def _name(self, node: cst.Name) -> Node:
        name = node.value
        value = self.env.get(name)
        if value is not None:
            return value
        if name in _KEYWORDS:
            return self.constant(_KEYWORDS[name], node)
        return self.new(Free(name, self.function), node)

    def _attribute(self, node: cst.Attribute) -> Node:
        return self.new(Attr(self.expr(node.value), node.attr.value), node)

    def _call(self, node: cst.Call) -> Node:
        func = self.expr(node.func)
        args: list[Node] = []
        keywords: list[tuple[str | None, Node]] = []
        for arg in node.args:
            value = self.expr(arg.value)
            if arg.star == "*":
                args.append(self.new(Starred(value), arg))
            elif arg.star == "**":
                keywords.append((None, value))
            elif arg.keyword is not None:
                keywords.append((arg.keyword.value, value))
            else:
                args.append(value)
        call = self.new(Call(func, tuple(args), tuple(keywords), self.function, self.guards), node)
        self.function.calls.append(call)
        self.trace.append(call)
        return call

    def _subscript(self, node: cst.Subscript) -> Node:
        base = self.expr(node.value)
        elements = [self._index(element.slice) for element in node.slice]
        if len(elements) == 1:
            index = elements[0]
        else:
            index = self.new(Display("tuple", tuple(elements)), node)
        return self.new(Item(base, index), node)

    def _index(self, node: cst.BaseSlice) -> Node:
        if isinstance(node, cst.Index):
            return self.expr(node.value)
        if isinstance(node, cst.Slice):
            bounds = [self.expr(part) if part is not None else None for part in (node.lower, node.upper, node.step)]
            return self.new(Slice(*bounds), node)
        return self.new(Unknown(), node)

    def _integer(self, node: cst.Integer) -> Node:
        try:
            return self.constant(int(node.value.replace("_", ""), 0), node)
        except ValueError:  # more digits than int() reads
            return self.new(Unknown(), node)

    def _float(self, node: cst.Float) -> Node:
        return self.constant(float(node.value.replace("_", "")), node)

    def _string(self, node: cst.SimpleString) -> Node:
        text = node.value
        if len(text) > 200:  # prose: no rule asks
            return self.new(Unknown(), node)
        if text[0] in "'\"" and "\\" not in text and text[1:2] != text[0]:
            return self.constant(text[1:-1], node)
        try:
            return self.constant(ast.literal_eval(text), node)
        except (ValueError, SyntaxError):
            return self.new(Unknown(), node)

    def _formatted(self, node: cst.FormattedString | cst.TemplatedString) -> Node:
        for part in node.parts:
            if isinstance(part, (cst.FormattedStringExpression, cst.TemplatedStringExpression)):
                self.expr(part.expression)
        return self.new(Unknown(), node)

    def _concatenated(self, node: cst.ConcatenatedString) -> Node:
        self.expr(node.left)
        self.expr(node.right)
        return self.new(Unknown(), node)

    def _display(self, node: cst.Tuple | cst.List | cst.Set) -> Node:
        items = []
        for element in node.elements:
            value = self.expr(element.value)
            items.append(self.new(Starred(value), element) if isinstance(element, cst.StarredElement) else value)
        return self.new(Display(type(node).__name__.lower(), tuple(items)), node)

    def _dict(self, node: cst.Dict) -> Node:
        items: list[tuple[Node | None, Node]] = []
        for element in node.elements:
            key = self.expr(element.key) if isinstance(element, cst.DictElement) else None
            items.append((key, self.expr(element.value)))
        return self.new(Mapping(tuple(items)), node)

    def _binary(self, node: cst.BinaryOperation) -> Node:
        # a chain `a + b + c + ...` of generated code is as deep as it is long: unroll it
        chain = [node]
        while isinstance(chain[-1].left, cst.BinaryOperation):
            chain.append(chain[-1].left)
        value = self.expr(chain[-1].left)
        for link in reversed(chain):
            right = self.expr(link.right)
            value = self.binary(type(link.operator).__name__, value, right, link)
        return value

    def _unary(self, node: cst.UnaryOperation) -> Node:
        operand = self.expr(node.expression)
        op = type(node.operator).__name__
        if op == "Minus" and isinstance(operand, Const) and type(operand.value) in (int, float):
            return self.constant(-operand.value, node)  # type: ignore[operator]
        value = self.new(Unary(op, operand), node)
        if op == "Minus":
            self.function.operations.append(value)
        return value

    def _boolean(self, node: cst.BooleanOperation) -> Node:
        op = type(node.operator).__name__
        left = self.expr(node.left)
        guards = self.guards
        self.guards = (*guards, (left, op == "And"))
        right = self.expr(node.right)
        self.guards = guards
        return self.new(Boolean(op, left, right), node)

    def _comparison(self, node: cst.Comparison) -> Node:
        left = self.expr(node.left)
        result: Node | None = None
        for target in node.comparisons:
            right = self.expr(target.comparator)
            part = self.new(Compare(type(target.operator).__name__, left, right, self.guards), node)
            self.function.comparisons.append(part)
            result = part if result is None else self.new(Boolean("And", result, part), node)
            left = right
        return result if result is not None else left

    def _conditional(self, node: cst.IfExp) -> Node:
        cond = self.expr(node.test)
        guards = self.guards
        self.guards = (*guards, (cond, True))
        yes = self.expr(node.body)
        self.guards = (*guards, (cond, False))
        no = self.expr(node.orelse)
        self.guards = guards
        return self.new(Choice(cond, yes, no), node)

    def _named(self, node: cst.NamedExpr) -> Node:
        value = self.expr(node.value)
        if isinstance(node.target, cst.Name):
            self.bind(node.target.value, value)
        return value

    def bind(self, name: str, value: Node) -> None:
        raise NotImplementedError

    def lambda_(self, node: cst.Lambda) -> Node:
        raise NotImplementedError

    def _lambda(self, node: cst.Lambda) -> Node:
        return self.lambda_(node)

    def _await(self, node: cst.Await) -> Node:
        return self.expr(node.expression)

    def _yield(self, node: cst.Yield) -> Node:
        if node.value is not None:
            source = node.value.item if isinstance(node.value, cst.From) else node.value
            value = self.expr(source)
            if isinstance(node.value, cst.From):
                value = self.new(Element(value), node)
            self.function.returns.append(Return(value, self.guards, True))
        return self.new(Unknown(), node)

    def _comprehension(self, node: cst.ListComp | cst.SetComp | cst.GeneratorExp | cst.DictComp) -> Node:
        outer_env, outer, outer_guards = self.env, self.trace, self.guards
        self.env = dict(outer_env)
        clauses: list[tuple[Node, Node, Trace]] = []
        clause: cst.CompFor | None = node.for_in
        while clause is not None:
            source = self.expr(clause.iter)
            before, self.trace = self.trace, []
            target: Node = self.new(Element(source), clause.target)
            self.assign(clause.target, target)
            for test in clause.ifs:
                cond = self.expr(test.test)
                self.guards = (*self.guards, (cond, True))
            clauses.append((source, target, before))
            clause = clause.inner_for_in
        if isinstance(node, cst.DictComp):
            self.expr(node.key)
            element = self.expr(node.value)
        else:
            element = self.expr(node.elt)
        for source, target, before in reversed(clauses):
            step = LoopStep("comprehension", source, target, self.trace, [])
            self.trace = before
            self.trace.append(step)
        self.env, self.trace, self.guards = outer_env, outer, outer_guards
        kind = type(node).__name__
        return self.new(Comprehension(kind, element, clauses[0][0]), node)

    def assign(self, target: cst.CSTNode, value: Node) -> None:
        raise NotImplementedError


_KEYWORDS: dict[str, object] = {"True": True, "False": False, "None": None}

_EXPRESSIONS: dict[type, Callable[[ExpressionBuilder, Any], Node]] = {
    cst.Name: ExpressionBuilder._name,
    cst.Attribute: ExpressionBuilder._attribute,
    cst.Call: ExpressionBuilder._call,
    cst.Subscript: ExpressionBuilder._subscript,
    cst.Integer: ExpressionBuilder._integer,
    cst.Float: ExpressionBuilder._float,
    cst.SimpleString: ExpressionBuilder._string,
    cst.FormattedString: ExpressionBuilder._formatted,
    cst.TemplatedString: ExpressionBuilder._formatted,
    cst.ConcatenatedString: ExpressionBuilder._concatenated,
    cst.Tuple: ExpressionBuilder._display,
    cst.List: ExpressionBuilder._display,
    cst.Set: ExpressionBuilder._display,
    cst.Dict: ExpressionBuilder._dict,
    cst.BinaryOperation: ExpressionBuilder._binary,
    cst.UnaryOperation: ExpressionBuilder._unary,
    cst.BooleanOperation: ExpressionBuilder._boolean,
    cst.Comparison: ExpressionBuilder._comparison,
    cst.IfExp: ExpressionBuilder._conditional,
    cst.NamedExpr: ExpressionBuilder._named,
    cst.Lambda: ExpressionBuilder._lambda,
    cst.Await: ExpressionBuilder._await,
    cst.Yield: ExpressionBuilder._yield,
    cst.ListComp: ExpressionBuilder._comprehension,
    cst.SetComp: ExpressionBuilder._comprehension,
    cst.GeneratorExp: ExpressionBuilder._comprehension,
    cst.DictComp: ExpressionBuilder._comprehension,
}
