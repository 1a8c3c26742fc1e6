"""The programs that a file belongs to: where they begin, and what happens when they run.

`training_facts(module)` walks every program in which a function of the module takes part, from the script or the
function where it starts, and reports what `training.py` noted on the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from torchlint.semantics.callers import contexts
from torchlint.semantics.execution import Walk
from torchlint.semantics.functions import Function
from torchlint.semantics.knowledge import training as known
from torchlint.semantics.nodes import Attr
from torchlint.semantics.places import Places
from torchlint.semantics.traces import LoopStep
from torchlint.semantics.training import Fact, State, TrainingListener
from torchlint.semantics.values import Context

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Module

#: Programs that are walked for one file.
MAX_STARTS = 16

#: Names of calls that take part in training: a function without them starts no walk.
_STARTS = frozenset({"backward", "step", "eval", "train", "zero_grad", "no_grad", "inference_mode", "manual_backward"})


def training_facts(module: Module, *kinds: str) -> list[Fact]:
    """What happens in `module` while the programs it belongs to run: all of it, or what is of these kinds."""
    if module.facts is None:
        module.facts = _collect(module)
    return [fact for fact in module.facts if not kinds or fact.kind in kinds]


def _collect(module: Module) -> list[Fact]:
    found: dict[tuple[str, int], Fact] = {}
    for function, context, path in _starts(module, module.evaluator):
        if not module.project.relevance.may_tell({function, *path}, module.evaluator):
            continue
        for fact in _walk(module, function, context, path):
            if fact.site.module.file == module.file:
                found.setdefault((fact.kind, fact.site.n), fact)
    return list(found.values())


def _walk(module: Module, function: Function, context: Context | None, path: set[Function]) -> list[Fact]:
    """The facts of one program. Every file that takes part asks for them; they are found once."""
    origin = context.self_value.call if context is not None and context.self_value is not None else None
    key = (
        function.module.file,
        function.n,
        (origin.function.module.file, origin.n) if origin is not None else None,
        context is not None and context.closure is not None and id(context),
    )
    found = module.project.walks.get(key)
    if found is None or function.module.file is None:
        listener = TrainingListener(module.evaluator, Places(module.evaluator), path)
        walk: Walk[State] = Walk(module.evaluator, listener)
        state = State()
        walk.run(function, context, state)
        listener.stepping.ended(walk, state)
        listener.sampling.ended(walk)
        found = module.project.walks[key] = list(listener.facts.values())
    return found


def _starts(module: Module, evaluator: Evaluator) -> Iterator[tuple[Function, Context | None, set[Function]]]:
    """The functions where the programs that reach this module begin, with their frames and the ways between."""
    starts: dict[tuple[int, Context | None], tuple[Function, Context | None, set[Function]]] = {}
    for function in module.functions:
        if not _takes_part(function):
            continue
        for start, top, path in islice(_ways_to(evaluator, function, frozenset()), MAX_STARTS):
            found = starts.setdefault((id(start), top), (start, top, set()))
            found[2].update(path)
    yield from islice(starts.values(), MAX_STARTS)


def _ways_to(
    evaluator: Evaluator, function: Function, below: frozenset[Function]
) -> Iterator[tuple[Function, Context | None, frozenset[Function]]]:
    """Where the programs begin that reach a function, with the functions between."""
    for frame in _ways_in(evaluator, function):
        start, top, path = function, frame, below | {function}
        while top is not None and top.call is not None:
            start, top = top.call.function, top.caller
            path |= {start}
            while top is not None and top.picked is not None:
                top = top.caller
        above = [caller for caller in dict.fromkeys(evaluator.callers.without_context(start)) if caller not in path]
        if above:
            for caller in above:
                yield from _ways_to(evaluator, caller, path)
        else:
            yield start, top, path


def _ways_in(evaluator: Evaluator, function: Function) -> Iterator[Context | None]:
    """The frames of a function; for one that is handed on (a callback), also those of the function that makes it."""
    for frame in contexts(evaluator, function):
        yield frame
        if frame is not None and frame.call is None and frame.closure is not None:
            yield from _ways_in(evaluator, frame.closure.function)


def _takes_part(function: Function) -> bool:
    if known.is_evaluation(function.name) and not function.module.is_test:
        return True
    for call in function.calls:
        func = call.func
        if isinstance(func, Attr) and (
            func.name in _STARTS or known.is_backward(func.name) or "zero_grad" in func.name
        ):
            return True
    if any(isinstance(d, Attr) and d.name in _STARTS for d in function.decorators):
        return True
    if function.module.is_test:
        return False
    # a loop over epochs whose every part is a call: `train_epoch(...)`, `evaluate(...)`
    loops = any(isinstance(step, LoopStep) for step in function.trace)
    project = function.module.project
    return loops and project.relevance.takes_part(function, project.evaluator)
