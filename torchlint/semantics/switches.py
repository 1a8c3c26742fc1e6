"""What a switch of a network's mode is there for, when it is not for training or evaluation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from torchlint.semantics.knowledge import training as known
from torchlint.semantics.nodes import Attr, Call, Imported, Node, Param, Unary, strip
from torchlint.semantics.operations import called_name
from torchlint.semantics.reach import reaches
from torchlint.semantics.traces import LoopStep, calls_in, loops_in
from torchlint.semantics.values import Opaque

if TYPE_CHECKING:
    from torchlint.semantics.execution import Walk
    from torchlint.semantics.functions import Function
    from torchlint.semantics.module import Module
    from torchlint.semantics.training import State

#: Something is put into eval mode.
_EVAL = re.compile(rb"\.eval\b|\.train\((mode\s*=\s*)?False")
#: A line that switches a mode.
_SWITCHING = re.compile(r"^\s*[\w.]+\.(train|eval)\(")
#: What somebody says who thought of eval mode and has a reason not to use it.
_WEIGHED = re.compile(r"#.*\beval\b.*\b(better|worse|instead|fails?|breaks?|doesn't|does not|bad)\b", re.IGNORECASE)


def is_asked_for(switch: Call, forward: Call) -> bool:
    """Whether a function runs in a mode because an argument says so: `if use_batch_statistics: model.train()`."""
    return switch.function is forward.function and any(_is_option(cond) for cond, _ in switch.guards)


def asks_for_mode(cond: Node, walk: Walk[State]) -> bool:
    """Whether a condition is the mode that a network is or was in: `if was_training: model.train()`."""
    while isinstance(cond, Unary) and cond.op == "Not":
        cond = cond.operand
    return any(
        isinstance(value, Opaque) and isinstance(value.node, Attr) and value.node.name == "training"
        for value in walk.evaluator.values(cond, walk.context)
    )


def is_for_now(switch: Call) -> bool:
    """Whether a function that switches to train mode puts back the mode from before: `net.train(was_training)`."""
    return any(
        isinstance(call.func, Attr)
        and call.func.name == "train"
        and any(isinstance(node := strip(mode), Attr) and node.name == "training" for mode in call.args)
        for call in switch.function.calls
    )


def is_toggled(switch: Call, forward: Call, calls: Sequence[Call]) -> bool:
    """Whether some calls, of a function or of one round of a loop, hold a switch to train mode, a forward and a switch
    to eval mode behind it: both modes are tried out, or a detector is asked for its loss, which only train mode gives.
    """
    return any(call is switch for call in calls) and any(
        isinstance(call.func, Attr) and call.func.name == "eval" and switch.n < forward.n < call.n for call in calls
    )


def asks_plain_function(forward: Call) -> bool:
    """Whether what is called is no module, as a condition says: the `else` of `if isinstance(net, nn.Module): ...`."""
    return any(
        not holds
        and isinstance(cond, Call)
        and called_name(cond) == "isinstance"
        and len(cond.args) == 2
        and strip(cond.args[0]) is strip(forward.func)
        and isinstance(cond.args[1], (Attr, Imported))
        and cond.args[1].name == "Module"
        for cond, holds in forward.guards
    )


def is_repeated(switch: Call, forward: Call) -> bool:
    """Whether a function that trains nothing switches to train mode, and then goes over the same data again and again,
    `for _ in range(20): for x, y in loader: net(x)`.
    """
    if any(called_name(call) in ("backward", "step") for call in switch.function.calls):
        return False
    loops = list(loops_in(switch.function.trace))
    for loop in loops:
        inside = calls_in(loop.body)
        if forward in inside and switch not in inside and _counts_blindly(loop, inside):
            return any(other is not loop and forward in calls_in(other.body) for other in loops)
    return False


def _counts_blindly(loop: LoopStep, inside: Sequence[Call]) -> bool:
    """`for _ in range(20)`, with a number that no call in the loop is given, and without a call that trains."""
    source = strip(loop.source) if loop.source is not None else None
    if loop.kind != "for" or not isinstance(source, Call) or called_name(source) not in ("range", "trange"):
        return False
    return not any(
        known.is_training(called_name(call)) or any(reaches(arg, {id(loop.target)}) for arg in call.args)
        for call in inside
    )


def is_weighed(switch: Call) -> bool:
    """Whether the author thought of eval mode, and has a reason not to use it: a comment says so above the line, or
    above those before it that switch modes, too, `# TODO: eval mode should work better`.
    """
    module = switch.function.module
    rows, row = module.source.lines, module.location(switch.n).row - 1
    while row > 0 and _SWITCHING.search(rows[row - 1]):
        row -= 1
    above = rows[row - 1].strip() if row > 0 and module.location(switch.n).cell is None else ""
    return bool(_WEIGHED.match(above))


def takes_statistics(function: Function) -> bool:
    """Whether a function throws the statistics of BatchNorm away, so as to take them anew in train mode."""
    return any(isinstance(call.func, Attr) and call.func.name == "reset_running_stats" for call in function.calls)


def knows_eval_mode(module: Module) -> bool:
    """Whether anything is put into eval mode in a file or in those around it."""
    return any(map(_EVAL.search, (module.source.data, *module.project.data_around(module))))


def _is_option(cond: Node) -> bool:
    return isinstance(cond, Param) or any(isinstance(part, Param) for part in cond.parts())
