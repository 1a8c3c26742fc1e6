"""Conditions: what is known of them before the program runs."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, NamedTuple

from torchlint.semantics.layers import is_module
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Boolean,
    Call,
    Compare,
    Const,
    Display,
    Free,
    Guards,
    Node,
    Param,
    Unary,
    strip,
)
from torchlint.semantics.operations import called_name
from torchlint.semantics.values import (
    ClassValue,
    Constant,
    Container,
    External,
    FunctionValue,
    Instance,
    Value,
)

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.values import Context


def truth(evaluator: Evaluator, node: Node, context: Context | None) -> bool | None:
    """True or False where the condition can have no other value in this context, else None."""
    node = strip(node)
    if isinstance(node, Unary) and node.op == "Not":
        inner = evaluator.truth(node.operand, context)
        return None if inner is None else not inner
    if isinstance(node, Boolean):
        left, right = evaluator.truth(node.left, context), evaluator.truth(node.right, context)
        decisive = node.op == "Or"
        if left is decisive or right is decisive:
            return decisive
        if left is None or right is None:
            return None
        return right
    if isinstance(node, Compare):
        return _compare(evaluator, node, context)
    if isinstance(node, Call) and called_name(node) == "isinstance" and len(node.args) == 2:
        return True if _is_module(evaluator, *node.args, context) else None
    answers = {_truth_of(value) for value in evaluator.values(node, context)}
    return answers.pop() if len(answers) == 1 else None


def _is_module(evaluator: Evaluator, node: Node, kind: Node, context: Context | None) -> bool:
    """`isinstance(net, nn.Module)` of a network that is seen to be made."""
    kinds = evaluator.values(kind, context)
    if not any(isinstance(value, External) and value.name == "torch.nn.Module" for value in kinds):
        return False
    values = evaluator.values(node, context)
    return bool(values) and all(is_module(evaluator, value) for value in values)


def _truth_of(value: Value) -> bool | None:
    if isinstance(value, Constant):
        return bool(value.value)
    if isinstance(value, (FunctionValue, ClassValue)):
        return True
    if isinstance(value, Instance) and value.call is not None:
        return None if value.cls is not None and "__len__" in value.cls.methods else True
    if isinstance(value, Container) and value.exact and value.kind == "tuple":
        return bool(value.items)
    return None


def _compare(evaluator: Evaluator, node: Compare, context: Context | None) -> bool | None:
    if _beyond_remainder(evaluator, node, context):
        return False
    if node.op in _NEWER and _is_version(evaluator, node.left, context):
        return _NEWER[node.op]
    left = evaluator.values(node.left, context)
    right = evaluator.values(node.right, context)
    answers = {_compare_values(node.op, a, b, evaluator) for a in left for b in right}
    return answers.pop() if len(answers) == 1 else None


#: Comparisons with a version of torch, and what they give with the newest one.
_NEWER = {"GreaterThanEqual": True, "GreaterThan": True, "LessThan": False, "LessThanEqual": False}


def _is_version(evaluator: Evaluator, node: Node, context: Context | None) -> bool:
    """`torch.__version__`, perhaps taken apart: `version.parse(torch.__version__)`."""
    node = strip(node)
    while isinstance(node, Call) and node.args:
        node = strip(node.args[0])
    return (
        isinstance(node, Attr)
        and node.name == "__version__"
        and any(isinstance(v, External) and v.name == "torch.__version__" for v in evaluator.values(node, context))
    )


def _beyond_remainder(evaluator: Evaluator, node: Compare, context: Context | None) -> bool:
    """`i % n == n`: a remainder is never as large as what it is divided by."""
    if node.op != "Equal" or not isinstance(node.left, Binary) or node.left.op != "Modulo":
        return False
    divisor, wanted = evaluator.constant(node.left.right, context), evaluator.constant(node.right, context)
    return isinstance(divisor, int) and isinstance(wanted, int) and 0 < divisor <= wanted


def _compare_values(op: str, left: Value, right: Value, evaluator: Evaluator) -> bool | None:
    if isinstance(right, Constant) and right.value is None and op in ("Is", "IsNot", "Equal", "NotEqual"):
        if isinstance(left, Constant):
            same = left.value is None
        elif isinstance(left, (Instance, FunctionValue, ClassValue, Container)):
            same = False
        else:
            return None
        return same if op in ("Is", "Equal") else not same
    if op in ("In", "NotIn") and isinstance(left, Constant) and isinstance(right, Container) and right.exact:
        if right.keys is not None:
            inside = left.value in right.keys
        else:
            options = [value for item in right.items for value in evaluator.values(*item)]
            constants = [option.value for option in options if isinstance(option, Constant)]
            if len(constants) != len(options) or len(options) != len(right.items):
                return None
            inside = left.value in constants
        return inside if op == "In" else not inside
    if not isinstance(left, Constant) or not isinstance(right, Constant):
        return None
    return compare_constants(op, left.value, right.value)


def compare_constants(op: str, a: object, b: object) -> bool | None:
    """`a op b` for two constants; None for what isn't known to the engine, and what can't be compared."""
    if op in ("Equal", "Is"):
        return a == b
    if op in ("NotEqual", "IsNot"):
        return a != b
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        orders = {"LessThan": a < b, "LessThanEqual": a <= b, "GreaterThan": a > b, "GreaterThanEqual": a >= b}
        return orders.get(op)
    return None


def exclude(one: Guards, other: Guards, given: Callable[[Param], Node | None] = lambda _: None) -> bool:
    """Whether a place is reached only where another is not: the branches of an `if`, or of two that ask for the same,
    `if task == "binary"` and `if task in ("many", "few")`. The parameters of the first place may stand for what it is
    given where the other is.
    """
    for cond, wanted in one:
        for rival, asked in other:
            if cond is rival and wanted is not asked:
                return True
            mine, theirs = _choice(cond, wanted, given), _choice(rival, asked)
            if mine is None or theirs is None or mine.of != theirs.of:
                continue
            if mine.among and theirs.among:
                if not mine.constants & theirs.constants:
                    return True
            elif mine.among is not theirs.among:
                some, rest = (mine, theirs) if mine.among else (theirs, mine)
                if some.constants <= rest.constants:
                    return True
    return False


class _Choice(NamedTuple):
    """That a variable is one of some constants, or none of them."""

    of: Hashable
    constants: frozenset[object]
    among: bool


def _choice(cond: Node, wanted: bool, given: Callable[[Param], Node | None] = lambda _: None) -> _Choice | None:
    """What a condition says of one variable."""
    cond = strip(cond)
    if isinstance(cond, Unary) and cond.op == "Not":
        return _choice(cond.operand, not wanted, given)
    if isinstance(cond, Boolean) and cond.op == "Or":
        left, right = _choice(cond.left, wanted, given), _choice(cond.right, wanted, given)
        if left is None or right is None or left.of != right.of or (left.among, right.among) != (wanted, wanted):
            return None
        return _Choice(left.of, left.constants | right.constants, wanted)
    if not isinstance(cond, Compare):
        return None
    if cond.op in ("In", "NotIn") and isinstance(cond.right, Display):
        options = cond.right.parts()
    elif cond.op in ("Equal", "NotEqual"):
        options = (cond.right,)
    else:
        return None
    constants = frozenset(option.value for option in options if isinstance(option, Const))
    if len(constants) != len(options):
        return None
    of = strip(cond.left)
    of = (given(of) if isinstance(of, Param) else None) or of
    return _Choice(variable(of), constants, (cond.op in ("Equal", "In")) is wanted)


def variable(node: Node) -> Hashable:
    """What tells a variable from others: names that are looked up are the same in one file."""
    node = strip(node)
    if isinstance(node, Attr):
        return (variable(node.base), node.name)
    return node.name if isinstance(node, Free) else id(node)
