"""Branches that one caller of a function leaves open, and another decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.semantics.callers import contexts
from torchlint.semantics.nodes import Call, Node, Param, strip

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.functions import Function
    from torchlint.semantics.values import Context

#: Parts of parts of a condition that are looked at.
MAX_DEPTH = 4


def is_for_another_caller(call: Call, context: Context | None, evaluator: Evaluator) -> bool:
    """Whether a call stands, or is reached, under a condition on an argument that is not known here, while another
    caller fulfils it: `step(phase=-1)` for `if phase == 0: ... else: test()`, beside `step(phase)` in a loop.
    """
    frame, reached = context, call
    while frame is not None:
        for cond, wanted in reached.guards:
            if _asks_for_argument(cond, frame.function) and evaluator.truth(cond, frame) is None:
                others = (other for other in contexts(evaluator, frame.function) if other is not frame)
                if any(evaluator.truth(cond, other) is wanted for other in others):
                    return True
        if frame.call is None:
            return False
        reached, frame = frame.call, frame.caller
    return False


def _asks_for_argument(cond: Node, function: Function, depth: int = 0) -> bool:
    cond = strip(cond)
    if isinstance(cond, Param):
        return cond.function is function
    return depth < MAX_DEPTH and any(_asks_for_argument(part, function, depth + 1) for part in cond.parts())
