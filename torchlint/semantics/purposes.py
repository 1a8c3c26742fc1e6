"""Losses that are computed for something else than to be made small: to pick an entry, to weigh, to attack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.semantics.knowledge.training import is_backward
from torchlint.semantics.nodes import Attr, Binary, Call, Comprehension, Const, Display, Item, Node, Unary, strip
from torchlint.semantics.operations import called_name
from torchlint.semantics.reach import origins, reaches
from torchlint.semantics.values import External, Instance

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.functions import Function
    from torchlint.semantics.values import Context

#: Functions that make a tensor of numbers.
_MAKERS = frozenset({"Tensor", "tensor", "FloatTensor"})
_RANDOM = frozenset({"rand", "randn"})

#: What stands between a network and a loss.
_SQUASHING = frozenset({"softmax", "log_softmax", "logsoftmax", "sigmoid", "logsigmoid"})


def serves_otherwise(evaluator: Evaluator, name: str, call: Call, context: Context | None) -> bool:
    """Whether a loss serves for something that its input is right for."""
    if (name == "nll_loss" and _is_attack(call)) or _has_no_graph(evaluator, call, context):
        return True
    if evaluator.constant(call.keyword("reduction"), context) != "none":
        return False
    return (name == "nll_loss" and _only_picks(call)) or (name == "kl_div" and _is_weighted(evaluator, call))


def _has_no_graph(evaluator: Evaluator, call: Call, context: Context | None) -> bool:
    """Whether a loss is computed from numbers, `torch.Tensor([logits[0, i] for i in words]).softmax(0)`, or, to show
    what it does, from a tensor at random: no network learns from it.
    """
    node = strip(call.args[0]) if call.args else None
    for _ in range(8):
        if isinstance(node, (Attr, Item)):
            node = strip(node.base)
        elif not isinstance(node, Call):
            return False
        elif _is_made_up(node) and _is_of_torch(evaluator, node, context):
            return True
        elif node.args and _squashes(evaluator, node, context):
            node = strip(node.args[0])
        elif called_name(node) == "requires_grad_" or not (_moves(node) or all(_is_number(arg) for arg in node.args)):
            return False  # to be learnt, or computed from something else
        else:
            node = strip(node.func)
    return False


def _moves(call: Call) -> bool:
    return called_name(call) in ("to", "cuda", "cpu", "type")


def _is_number(node: Node) -> bool:
    node = strip(node)
    return isinstance(node, Const) or (isinstance(node, Unary) and isinstance(node.operand, Const))


def _is_made_up(call: Call) -> bool:
    """A tensor of numbers, or at random, that is not to be learnt itself."""
    name = called_name(call)
    numbers = bool(call.args) and isinstance(strip(call.args[0]), (Display, Comprehension))
    return (name in _RANDOM or (name in _MAKERS and numbers)) and call.keyword("requires_grad") is None


def _is_of_torch(evaluator: Evaluator, call: Call, context: Context | None) -> bool:
    values = evaluator.values(call.func, context)
    return any(isinstance(value, External) and value.name.startswith("torch.") for value in values)


def _squashes(evaluator: Evaluator, call: Call, context: Context | None) -> bool:
    """`torch.softmax(x, 1)`, or an `nn.Softmax` that is called."""
    return any(
        isinstance(value, (External, Instance)) and value.last.lower() in _SQUASHING
        for value in evaluator.values(call.func, context)
    )


def _only_picks(call: Call) -> bool:
    """Whether NLLLoss serves to pick one entry of each row: without a reduction, where no gradients are computed."""
    return not any(
        isinstance(other.func, Attr) and (is_backward(other.func.name) or other.func.name == "grad")
        for other in call.function.calls
    )


def _is_weighted(evaluator: Evaluator, call: Call) -> bool:
    """`kl_div(p.unsqueeze(1).expand(-1, k, -1), near, reduction="none").sum(-1) * weights`, which pulls p towards each
    of its neighbours by the product of the two.
    """
    spread = strip(call.args[0]) if call.args else None
    if not isinstance(spread, Call) or called_name(spread) not in ("expand", "expand_as", "repeat"):
        return False
    takers = evaluator.dtypes.operations(call.function).takers_of
    sums = [taker for taker in takers(call) if isinstance(taker, Attr) and taker.name == "sum"]
    rows = [other for other in call.function.calls if any(other.func is one for one in sums)]
    return any(isinstance(taker, Binary) and taker.op == "Multiply" for row in rows for taker in takers(row))


def _is_attack(call: Call) -> bool:
    """Whether a function only asks in which direction the input of a network is to be changed: it is told to keep a
    gradient, `x.requires_grad = True`, which is read, and the loss goes nowhere else.
    """
    function = call.function
    answer = strip(call.args[0]) if call.args else None
    given = strip(answer.args[0]) if isinstance(answer, Call) and answer.args else None
    if given is None or not _keeps_gradient(function, given):
        return False
    if any(isinstance(other.func, Attr) and other.func.name == "step" for other in function.calls):
        return False
    if any(reaches(item.value, {id(call)}) for item in function.returns):
        return False
    values = [value for values in function.bindings.values() for value in values]
    values += [arg for other in function.calls for arg in other.args]
    return any(
        isinstance(node, Attr) and node.name == "grad" and strip(node.base) is given
        for value in values
        for node in origins(value)
    )


def _keeps_gradient(function: Function, node: Node) -> bool:
    """Whether a function asks for the gradient at a value, or clears the one of a round before."""
    return any(
        isinstance(store.target, Attr)
        and store.target.name in ("requires_grad", "grad")
        and strip(store.target.base) is node
        for store in function.stores
    )
