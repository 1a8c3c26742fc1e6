"""Losses that are computed for something else than to be made small: to pick an entry, to weigh, to attack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.semantics.knowledge.training import is_backward
from torchlint.semantics.nodes import Attr, Binary, Call, Comprehension, Display, Item, strip
from torchlint.semantics.operations import called_name
from torchlint.semantics.reach import origins
from torchlint.semantics.values import External, Instance

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
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
        else:
            node = strip(node.func)
    return False


def _is_made_up(call: Call) -> bool:
    name = called_name(call)
    numbers = bool(call.args) and isinstance(strip(call.args[0]), (Display, Comprehension))
    return name in _RANDOM or (name in _MAKERS and numbers)


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
    """`kl_div(p, q, reduction="none").sum(-1) * weights`, which pulls p towards its neighbours q by their product."""
    takers = evaluator.dtypes.operations(call.function).takers_of
    sums = [taker for taker in takers(call) if isinstance(taker, Attr) and taker.name == "sum"]
    rows = [other for other in call.function.calls if any(other.func is one for one in sums)]
    return any(isinstance(taker, Binary) and taker.op == "Multiply" for row in rows for taker in takers(row))


def _is_attack(call: Call) -> bool:
    """Whether a function only asks in which direction an input is to be changed: `x.requires_grad = True`, `x.grad`."""
    function = call.function
    inputs = {
        id(strip(store.target.base))
        for store in function.stores
        if isinstance(store.target, Attr) and store.target.name in ("requires_grad", "grad")
    }
    if not inputs or any(isinstance(other.func, Attr) and other.func.name == "step" for other in function.calls):
        return False
    values = [value for values in function.bindings.values() for value in values]
    values += [arg for other in function.calls for arg in other.args]
    return any(
        isinstance(node, Attr) and node.name == "grad" and id(strip(node.base)) in inputs
        for value in values
        for node in origins(value)
    )
