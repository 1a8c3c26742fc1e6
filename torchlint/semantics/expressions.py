"""Expressions of a syntax tree as nodes of the value graph."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from torchlint.semantics.functions import Class, Function, Return
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Boolean,
    Call,
    Choice,
    Compare,
    Comprehension,
    Const,
    Display,
    Element,
    Free,
    Guards,
    Item,
    Mapping,
    Node,
    Slice,
    Starred,
    Unary,
    Unknown,
)
from torchlint.semantics.spans import Stretch
from torchlint.semantics.traces import LoopStep, Trace

if TYPE_CHECKING:
    from torchlint.semantics.module import Module
    from torchlint.semantics.spans import Syntax

N = TypeVar("N", bound=Node)


class ExpressionBuilder:
    """The state of the walk (where it stands, what the names mean there) and its expressions."""

    def __init__(self, module: Module) -> None:
        self.module = module
        #: the syntax behind each number, for positions and fixes
        self.syntax: list[Syntax] = []
        self.function: Function
        self.cls: Class | None = None
        self.env: dict[str, Node] = {}
        self.globals: set[str] = set()
        self.trace: Trace = []
        self.guards: Guards = ()
        self.dead = False

    # ---------------------------------------------------------------- places

    def number(self, syntax: Syntax) -> int:
        self.syntax.append(syntax)
        return len(self.syntax) - 1

    def new(self, node: N, syntax: Syntax, n: int | None = None) -> N:
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

    def expr(self, node: ast.expr) -> Node:
        handler = _EXPRESSIONS.get(type(node))
        if handler is None:
            return self.new(Unknown(), node)
        return handler(self, node)

    def constant(self, value: object, node: ast.expr | ast.stmt) -> Const:
        return self.new(Const(value), node)

    def choice(self, cond: Node, yes: Node, no: Node) -> Node:
        return self.new(Choice(cond, yes, no), None, yes.n)

    def binary(
        self, op: ast.operator, left: Node, right: Node, node: ast.BinOp | ast.AugAssign, in_place: bool = False
    ) -> Binary:
        value = self.new(Binary(_OPERATORS[type(op)], left, right, in_place), node)
        self.function.operations.append(value)
        return value

    def annotation(self, node: ast.expr | None) -> Node | None:
        """An annotation as a value, if it is a plain name: other forms say nothing that rules use."""
        return self.expr(node) if isinstance(node, (ast.Name, ast.Attribute)) else None

    def _name(self, node: ast.Name) -> Node:
        value = self.env.get(node.id)
        return value if value is not None else self.new(Free(node.id, self.function), node)

    def _attribute(self, node: ast.Attribute) -> Node:
        return self.new(Attr(self.expr(node.value), node.attr), node)

    def _call(self, node: ast.Call) -> Node:
        func = self.expr(node.func)
        args = self._items(node.args)
        keywords = tuple([(keyword.arg, self.expr(keyword.value)) for keyword in node.keywords])
        call = self.new(Call(func, args, keywords, self.function, self.guards), node)
        self.function.calls.append(call)
        self.trace.append(call)
        return call

    def _items(self, nodes: list[ast.expr]) -> tuple[Node, ...]:
        """Arguments, or elements of a display."""
        return tuple([self.expr(node) for node in nodes])

    def _starred(self, node: ast.Starred) -> Node:
        return self.new(Starred(self.expr(node.value)), node)

    def _subscript(self, node: ast.Subscript) -> Node:
        base = self.expr(node.value)
        if isinstance(node.slice, ast.Tuple):
            index: Node = self.new(Display("tuple", self._items(node.slice.elts)), node)
        else:
            index = self.expr(node.slice)
        return self.new(Item(base, index), node)

    def _slice(self, node: ast.Slice) -> Node:
        bounds = [self.expr(part) if part is not None else None for part in (node.lower, node.upper, node.step)]
        return self.new(Slice(*bounds), node)

    def _constant(self, node: ast.Constant) -> Node:
        value = node.value
        if isinstance(value, (str, bytes)) and len(value) > 200:  # prose: no rule asks
            return self.new(Unknown(), node)
        if isinstance(value, complex) or value is Ellipsis:
            return self.new(Unknown(), node)
        return self.constant(value, node)

    def _formatted(self, node: ast.JoinedStr) -> Node:
        for part in node.values:
            if not isinstance(part, ast.Constant):
                self.expr(part.value)  # type: ignore[attr-defined]
        return self.new(Unknown(), node)

    def _display(self, node: ast.Tuple | ast.List | ast.Set) -> Node:
        return self.new(Display(type(node).__name__.lower(), self._items(node.elts)), node)

    def _dict(self, node: ast.Dict) -> Node:
        items: list[tuple[Node | None, Node]] = []
        for key, value in zip(node.keys, node.values):
            items.append((self.expr(key) if key is not None else None, self.expr(value)))
        return self.new(Mapping(tuple(items)), node)

    def _binary(self, node: ast.BinOp) -> Node:
        # a chain `a + b + c + ...` of generated code is as deep as it is long: unroll it
        chain = [node]
        while isinstance(chain[-1].left, ast.BinOp):
            chain.append(chain[-1].left)
        value = self.expr(chain[-1].left)
        for link in reversed(chain):
            value = self.binary(link.op, value, self.expr(link.right), link)
        return value

    def _unary(self, node: ast.UnaryOp) -> Node:
        operand = self.expr(node.operand)
        op = _SIGNS[type(node.op)]
        if op == "Minus" and isinstance(operand, Const) and type(operand.value) in (int, float):
            return self.constant(-operand.value, node)  # type: ignore[operator]
        value = self.new(Unary(op, operand), node)
        if op == "Minus":
            self.function.operations.append(value)
        return value

    def _boolean(self, node: ast.BoolOp) -> Node:
        op = type(node.op).__name__
        first, *others = node.values
        value = self.expr(first)
        guards = self.guards
        for other in others:
            self.guards = (*guards, (value, op == "And"))
            right = self.expr(other)
            place = node if other is others[-1] else Stretch(first, other)
            value = self.new(Boolean(op, value, right), place)
        self.guards = guards
        return value

    def _comparison(self, node: ast.Compare) -> Node:
        left = self.expr(node.left)
        result: Node | None = None
        for op, comparator in zip(node.ops, node.comparators):
            right = self.expr(comparator)
            part = self.new(Compare(_COMPARISONS[type(op)], left, right, self.guards), node)
            self.function.comparisons.append(part)
            result = part if result is None else self.new(Boolean("And", result, part), node)
            left = right
        return result if result is not None else left

    def _conditional(self, node: ast.IfExp) -> Node:
        cond = self.expr(node.test)
        guards = self.guards
        self.guards = (*guards, (cond, True))
        yes = self.expr(node.body)
        self.guards = (*guards, (cond, False))
        no = self.expr(node.orelse)
        self.guards = guards
        return self.new(Choice(cond, yes, no), node)

    def _named(self, node: ast.NamedExpr) -> Node:
        value = self.expr(node.value)
        self.bind(node.target.id, value)
        return value

    def bind(self, name: str, value: Node) -> None:
        raise NotImplementedError

    def lambda_(self, node: ast.Lambda) -> Node:
        raise NotImplementedError

    def _lambda(self, node: ast.Lambda) -> Node:
        return self.lambda_(node)

    def _await(self, node: ast.Await) -> Node:
        return self.expr(node.value)

    def _yield(self, node: ast.Yield) -> Node:
        if node.value is not None:
            self.function.returns.append(Return(self.expr(node.value), self.guards, True))
        found = self.new(Unknown(), node)
        if self.function.yield_n is None:
            self.function.yield_n = found.n
        return found

    def _yield_from(self, node: ast.YieldFrom) -> Node:
        value = self.new(Element(self.expr(node.value)), node)
        self.function.returns.append(Return(value, self.guards, True))
        return self.new(Unknown(), node)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Node:
        outer_env, outer, outer_guards = self.env, self.trace, self.guards
        self.env = dict(outer_env)
        clauses: list[tuple[Node, Node, Trace]] = []
        for clause in node.generators:
            source = self.expr(clause.iter)
            before, self.trace = self.trace, []
            target: Node = self.new(Element(source), clause.target)
            self.assign(clause.target, target)
            for test in clause.ifs:
                cond = self.expr(test)
                self.guards = (*self.guards, (cond, True))
            clauses.append((source, target, before))
        if isinstance(node, ast.DictComp):
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

    def assign(self, target: ast.expr, value: Node) -> None:
        raise NotImplementedError


#: The operators by the names that they have in the value graph.
_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "Add",
    ast.Sub: "Subtract",
    ast.Mult: "Multiply",
    ast.MatMult: "MatrixMultiply",
    ast.Div: "Divide",
    ast.FloorDiv: "FloorDivide",
    ast.Mod: "Modulo",
    ast.Pow: "Power",
    ast.LShift: "LeftShift",
    ast.RShift: "RightShift",
    ast.BitOr: "BitOr",
    ast.BitXor: "BitXor",
    ast.BitAnd: "BitAnd",
}

_SIGNS: dict[type[ast.unaryop], str] = {
    ast.UAdd: "Plus",
    ast.USub: "Minus",
    ast.Invert: "BitInvert",
    ast.Not: "Not",
}

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "Equal",
    ast.NotEq: "NotEqual",
    ast.Lt: "LessThan",
    ast.LtE: "LessThanEqual",
    ast.Gt: "GreaterThan",
    ast.GtE: "GreaterThanEqual",
    ast.Is: "Is",
    ast.IsNot: "IsNot",
    ast.In: "In",
    ast.NotIn: "NotIn",
}

_EXPRESSIONS: dict[type, Callable[[ExpressionBuilder, Any], Node]] = {
    ast.Name: ExpressionBuilder._name,
    ast.Attribute: ExpressionBuilder._attribute,
    ast.Call: ExpressionBuilder._call,
    ast.Subscript: ExpressionBuilder._subscript,
    ast.Slice: ExpressionBuilder._slice,
    ast.Starred: ExpressionBuilder._starred,
    ast.Constant: ExpressionBuilder._constant,
    ast.JoinedStr: ExpressionBuilder._formatted,
    ast.Tuple: ExpressionBuilder._display,
    ast.List: ExpressionBuilder._display,
    ast.Set: ExpressionBuilder._display,
    ast.Dict: ExpressionBuilder._dict,
    ast.BinOp: ExpressionBuilder._binary,
    ast.UnaryOp: ExpressionBuilder._unary,
    ast.BoolOp: ExpressionBuilder._boolean,
    ast.Compare: ExpressionBuilder._comparison,
    ast.IfExp: ExpressionBuilder._conditional,
    ast.NamedExpr: ExpressionBuilder._named,
    ast.Lambda: ExpressionBuilder._lambda,
    ast.Await: ExpressionBuilder._await,
    ast.Yield: ExpressionBuilder._yield,
    ast.YieldFrom: ExpressionBuilder._yield_from,
    ast.ListComp: ExpressionBuilder._comprehension,
    ast.SetComp: ExpressionBuilder._comprehension,
    ast.GeneratorExp: ExpressionBuilder._comprehension,
    ast.DictComp: ExpressionBuilder._comprehension,
}

if hasattr(ast, "TemplateStr"):  # Python 3.14
    _EXPRESSIONS[ast.TemplateStr] = ExpressionBuilder._formatted
