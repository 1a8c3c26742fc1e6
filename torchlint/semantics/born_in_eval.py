"""Networks that are in eval mode from the beginning: `net = Net(); net.eval()`, `return model.eval()`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.semantics.functions import Function
from torchlint.semantics.nodes import Attr, Call, strip
from torchlint.semantics.operations import called_name
from torchlint.semantics.values import FunctionValue, Instance, Opaque, Value

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator


def is_built_on_eval(evaluator: Evaluator, value: Value) -> bool:
    """Whether a network takes over parts of one that is in eval mode from the beginning."""
    if not isinstance(value, Instance) or value.cls is None:
        return False
    init = evaluator.find_method(value.cls, "__init__")
    return init is not None and _makes_in_eval(evaluator, init, 0)


def _makes_in_eval(evaluator: Evaluator, function: Function, depth: int) -> bool:
    return any(is_put_in_eval(call, function) for call in function.calls) or any(
        isinstance(callee, FunctionValue)
        and callee.self_value is None
        and (gives_in_eval(callee.function) or (depth < 2 and _makes_in_eval(evaluator, callee.function, depth + 1)))
        for call in function.calls
        for callee in evaluator.values(call.func, None)
    )


def is_put_in_eval(made: Call, function: Function) -> bool:
    """Whether a network of which parts are taken over is in eval mode from the beginning: `net = Net(); net.eval()`."""
    return any(
        isinstance(call.func, Attr) and call.func.name == "eval" and strip(call.func.base) is made
        for call in function.calls
    )


def gives_in_eval(function: Function) -> bool:
    """`return model.eval()`."""
    values = [strip(item.value) for item in function.returns]
    return bool(values) and all(isinstance(value, Call) and called_name(value) == "eval" for value in values)


def is_made_in_eval(network: Value) -> bool:
    """Whether a network comes in eval mode from where it is made."""
    made = _made(network)
    return made is not None and (is_put_in_eval(made, made.function) or gives_in_eval(made.function))


def maker_of(network: Value) -> Function | None:
    """The function in which a network is made."""
    made = _made(network)
    return made.function if made is not None else None


def _made(network: Value) -> Call | None:
    made = network.call if isinstance(network, Instance) else network.node if isinstance(network, Opaque) else None
    return made if isinstance(made, Call) else None
