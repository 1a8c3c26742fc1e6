"""What tells an evaluation from training: the names of functions, phases and data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from torchlint.semantics.decorators import is_wrapped
from torchlint.semantics.functions import Function
from torchlint.semantics.knowledge import training as known
from torchlint.semantics.measuring import MADE_UP, is_timed
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Call,
    Choice,
    Const,
    Element,
    Free,
    Item,
    Join,
    Loop,
    Node,
    Param,
    Part,
    strip,
)
from torchlint.semantics.operations import called_name
from torchlint.semantics.reach import backwards, reaches
from torchlint.semantics.traces import LoopStep, calls_in, loops_in
from torchlint.semantics.values import Context, External

if TYPE_CHECKING:
    from torchlint.semantics.execution import Region, Walk
    from torchlint.semantics.training import State
    from torchlint.semantics.values import Bound

#: Nodes that are looked at for one question.
BUDGET = 300

_NOISE = re.compile(r"(^|_)(noise|noises|z|latent|latents|eps)(_|\d|$)")

#: Calls that draw numbers at random, and calls that make a tensor of an array.
_RANDOM = frozenset({"randn", "rand", "normal", "randn_like", "standard_normal", "uniform"})
_AROUND = frozenset({"normal", "uniform"})
_WRAPPERS = frozenset({"tensor", "Variable", "FloatTensor", "Tensor", "from_numpy", "as_tensor", "asarray", "array"})


def evaluation_region(call: Call, walk: Walk[State]) -> Region | None:
    """The loop or function in which a forward is an evaluation, if it looks like one."""
    if walk.function.module.is_test or _is_wrapped(walk) or _answers_noise(call, walk):
        return None
    if _crafts_example(walk.function):
        return None
    named = _named_evaluation(walk)
    for region in reversed(walk.regions):
        if region.loop is None:
            if region.function.parent is None:
                return None
            if known.is_evaluation(region.function.name) or (
                not walk.grad and known.is_generation(region.function.name)
            ):
                return None if _scores_training(walk, region) or _serves_training(walk) else region
            if walk.grad and not named:
                return None
        elif named:
            return region
        elif not walk.grad and (not _counts(region.loop, walk) or _is_scored(call, region.loop)):
            return region if not _fed_from_outside(call, region, walk) else None
        elif walk.grad:
            return None
    return None


def _is_wrapped(walk: Walk[State]) -> bool:
    """Whether a function that leads here has a decorator that switches modes: `@in_eval_mode`."""
    frame = walk.context
    while frame is not None:
        if is_wrapped(walk.evaluator, frame.function, known.SWITCHES):
            return True
        frame = frame.caller
    return False


def _crafts_example(function: Function) -> bool:
    """Whether a function looks for an adversarial example: `delta = torch.zeros_like(x, requires_grad=True)`, whose
    gradient is cleared by hand. In which mode that is done is the business of whoever trains with it.
    """
    for call in function.calls:
        cleared = call.func.base if isinstance(call.func, Attr) and call.func.name == "zero_" else None
        if isinstance(cleared, Attr) and cleared.name == "grad":
            made = strip(cleared.base)
            asked = made.keyword("requires_grad") if isinstance(made, Call) else None
            if isinstance(asked, Const) and asked.value is True:
                return True
    return False


def is_on_held_out_data(call: Call, walk: Walk[State]) -> bool:
    """Whether a network is given what the program calls its test or validation data, or speaks for itself.

    There may be gradients: only the end of the program tells that nothing was trained on the result.
    """
    if walk.function.module.is_test or not call.args:
        return False
    names, made_up, drawn = _origins(call, walk)
    kept = any(known.is_held_out(name) for name in names)
    if kept and drawn:
        return True
    if made_up or any(_NOISE.search(name) for name in names):
        return False  # a look at the shapes; a generator of a GAN draws its samples as it was trained
    return kept or _speaks(walk)


def _answers_noise(call: Call, walk: Walk[State]) -> bool:
    """Whether a network is given noise to begin with, as the generator of a GAN is: it draws as it was trained. What a
    loop makes of the noise, as in the sampling of a diffusion model, is another thing.
    """
    if not call.args:
        return False
    node, context = call.args[0], walk.context
    for _ in range(8):
        node = strip(node)
        if isinstance(node, Param):
            bound = walk.evaluator.argument(node, context)
            if bound is None:
                return False
            node, context = bound
            continue
        if not isinstance(node, Call):
            return False
        callees = walk.evaluator.values(node.func, context)
        names = {called_name(node), *(callee.last for callee in callees if isinstance(callee, External))}
        if names & _RANDOM:
            # `torch.normal(x, 0.1)` is noisy data
            return not names & _AROUND or not any(isinstance(strip(arg), (Param, Element, Loop)) for arg in node.args)
        if node.args and names & _WRAPPERS:
            node = node.args[0]
        elif isinstance(node.func, Attr):
            node = node.func.base
        else:
            return False
    return False


def is_application(call: Call, walk: Walk[State]) -> bool:
    """Whether a network that has its weights is given something to answer, without gradients, or where no file on the
    way trains anything. Only the end of the program tells that it trains nothing at all.
    """
    return not (walk.grad and _may_train(walk)) and _is_asked(call, walk)


def _is_asked(call: Call, walk: Walk[State]) -> bool:
    """Whether a network is given data, and neither noise nor something made up, where its answer is what is wanted."""
    if walk.function.module.is_test or not call.args or is_timed(walk.function) or _is_wrapped(walk):
        return False
    names, made_up, _ = _origins(call, walk)
    return not made_up and not any(_NOISE.search(name) for name in names)


def _may_train(walk: Walk[State]) -> bool:
    """Whether gradients are computed somewhere in the files that lead to a place."""
    modules = {walk.function.module, *(entry.function.module for entry in walk.moment.stack)}
    return any(b"backward" in module.source.data or b"autograd" in module.source.data for module in modules)


def _is_detached(call: Call) -> bool:
    """`net(x).detach()`, and nothing else is done with what the network gives."""
    takers = call.function.module.evaluator.dtypes.operations(call.function).takers_of(call)
    return bool(takers) and all(isinstance(taker, Attr) and taker.name in ("detach", "data") for taker in takers)


def is_last_word(call: Call, walk: Walk[State]) -> bool:
    """Whether a network that was trained is asked something, outside of all loops and without gradients: nothing is
    trained on it there.
    """
    if any(region.loop is not None for region in walk.regions) or (walk.grad and not _is_detached(call)):
        return False
    functions = [walk.function, *(entry.function for entry in walk.moment.stack)]
    return not any(map(_is_step, functions)) and _is_asked(call, walk)


def _is_step(function: Function) -> bool:
    """Whether a function computes gradients outside of all loops: others call it again and again."""
    inside = {id(call) for loop in loops_in(function.trace) for call in calls_in(loop.body)}
    return any(known.is_backward(called_name(call)) and id(call) not in inside for call in function.calls)


def _origins(call: Call, walk: Walk[State]) -> tuple[set[str], bool, bool]:
    """The names on the way to the input of a network; whether it is made up, and whether a loop draws it."""
    evaluator = walk.evaluator
    names: set[str] = set()
    made_up = drawn = False
    queue: list[tuple[Bound, int]] = [((call.args[0], walk.context), 0)]
    seen: set[int] = set()
    while queue and len(seen) < 60:
        (node, context), depth = queue.pop()
        if id(node) in seen or depth > 8:
            continue
        seen.add(id(node))
        names |= names_in(walk.function, node)
        if isinstance(node, (Free, Attr, Param)):
            names.add(node.name)
        if isinstance(node, Param):
            bound = evaluator.argument(node, context)
            if bound is not None:
                if context is not None and context.caller is not None:
                    names |= names_in(context.caller.function, bound[0])
                queue.append((bound, depth + 1))
        elif isinstance(node, Call):
            if isinstance(node.func, Attr):
                queue.append(((node.func.base, context), depth + 1))
            for callee in evaluator.values(node.func, context):
                made_up = made_up or (isinstance(callee, External) and _is_made_up(callee.last, node))
            queue += [((argument, context), depth + 1) for argument in node.args[:1]]
        elif isinstance(node, (Loop, Join, Choice, Binary)):
            queue += [((part, context), depth + 1) for part in node.parts()]
        elif isinstance(node, (Item, Part, Element)):
            drawn = drawn or isinstance(node, Element)
            queue.append(((node.base, context), depth + 1))
    return names, made_up, drawn


def _is_made_up(maker: str, call: Call) -> bool:
    """Whether a tensor is made of nothing; `zeros((1, 1), dtype=torch.long)` is the token a text begins with."""
    kind = call.keyword("dtype")
    begins = maker in ("zeros", "ones", "full") and isinstance(kind, Attr) and kind.name in ("long", "int64")
    return maker in MADE_UP and not begins


def names_in(function: Function, node: Node) -> set[str]:
    """The variables of a function that hold a value."""
    return {name for name, values in function.bindings.items() if any(value is node for value in values)}


def is_resampled(call: Call, walk: Walk[State]) -> bool:
    """Whether a network answers the same input again and again, `[model(x) for _ in range(50)]`: whoever asks wants
    answers that differ (Monte Carlo dropout).
    """
    loop = walk.regions[-1].loop if walk.regions else None
    if loop is not None and _asks_again(call, loop, walk):
        return True
    # `y = model(x)`, and then `y += model(x)` some times more
    return any(
        other is not call and _is_same_question(other, call, walk) and _asks_again(other, again, walk)
        for again in loops_in(call.function.trace)
        for other in calls_in(again.body)
    )


def _asks_again(call: Call, loop: LoopStep, walk: Walk[State]) -> bool:
    """Whether a loop that counts, and trains nothing, gives a call the same in each round."""
    if loop.kind == "while" or not call.args or not _counts(loop, walk):
        return False
    calls = list(calls_in(loop.body))
    if any(known.is_backward(called_name(other)) for other in calls):
        return False
    inside = set(map(id, calls))
    queue, seen = list(call.args), set[int]()
    while queue and len(seen) < BUDGET:
        node = strip(queue.pop())
        if node is loop.target or isinstance(node, Loop) or id(node) in inside:
            return False
        if id(node) not in seen:
            seen.add(id(node))
            queue += node.parts()
    return id(call) in inside


def _is_same_question(one: Call, other: Call, walk: Walk[State]) -> bool:
    """Whether two calls give the same arguments to the same function."""
    if [id(strip(argument)) for argument in one.args] != [id(strip(argument)) for argument in other.args]:
        return False
    return walk.evaluator.values(one.func, walk.context) == walk.evaluator.values(other.func, walk.context)


def _fed_from_outside(call: Call, region: Region, walk: Walk[State]) -> bool:
    """Whether the input of a forward comes from a loop around this one: a search with one batch of the training."""
    loops = [r.loop for r in walk.regions if r.loop is not None]
    inner = region.loop
    outer = {id(loop.target) for loop in loops if loop is not inner and loop.target is not None}
    if inner is None or inner.target is None or not outer:
        return False
    outside = False
    queue: list[Bound] = [(argument, walk.context) for argument in call.args]
    seen: set[int] = set()
    while queue and len(seen) < BUDGET:
        node, context = queue.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node is inner.target:
            return False
        outside = outside or id(node) in outer
        if isinstance(node, Param):
            bound = walk.evaluator.argument(node, context)
            queue += [bound] if bound is not None else []
        queue += [(part, context) for part in node.parts()]
    return outside


def _speaks(walk: Walk[State]) -> bool:
    """Whether the functions that lead here translate or generate."""
    frame = walk.context
    while frame is not None:
        if known.is_training(frame.function.name):
            return False
        if known.is_utterance(frame.function.name):
            return True
        frame = frame.caller
    return False


def _named_evaluation(walk: Walk[State]) -> bool:
    """Whether the names of the functions that lead here, the phase or a flag say that this is an evaluation."""
    frame = walk.context
    while frame is not None:
        if frame.picked is not None:
            phase = walk.evaluator.constant(*frame.picked[1])
            if isinstance(phase, str):
                return known.is_evaluation(phase)
            frame = frame.caller
            continue
        flagged = _flagged_evaluation(frame, walk)
        if flagged is not None:
            return flagged
        if known.is_training(frame.function.name):
            return False
        elif known.is_evaluation(frame.function.name) or (not walk.grad and known.is_generation(frame.function.name)):
            return True
        frame = frame.caller
    return False


def _flagged_evaluation(frame: Context, walk: Walk[State]) -> bool | None:
    """What a flag of a function says: `run(loader, train=False)`, `run(loader, phase="val")`; None without one."""
    for param in frame.function.params:
        if param.name in known.TRAINING_FLAGS or param.name in known.PHASES:
            value = walk.evaluator.constant(param, frame)
            if isinstance(value, bool) and param.name in known.TRAINING_FLAGS:
                return not value
            if isinstance(value, str) and known.is_evaluation(value):
                return True
    return None


def _scores_training(walk: Walk[State], evaluation: Region) -> bool:
    """Whether an evaluation is one of the batch that has just been trained on: called by a training step, no loop."""
    outer = walk.regions[: walk.regions.index(evaluation)]
    for region in reversed(outer):
        if region.loop is not None:
            return False
        if region.trained and known.is_training(region.function.name):
            return True
    return False


def _serves_training(walk: Walk[State]) -> bool:
    """Whether gradients are on and a function that trains asks for the result, `predict` within `training_loss`, or a
    loss is computed of it where it is asked for: `net.sample_action(next_state)`.
    """
    for entry in walk.moment.stack:
        if any(reaches(loss, {id(entry)}) for _, loss in backwards(entry.function)):
            return True
    frame = walk.context.caller if walk.context is not None else None
    return walk.grad and frame is not None and known.is_training(frame.function.name)


def _is_scored(call: Call, loop: LoopStep) -> bool:
    """Whether a loss is computed of what a network gives in a loop that counts: of the batches of an array."""
    return any(
        known.looks_like_loss(called_name(other)) and any(reaches(arg, {id(call)}) for arg in other.args)
        for other in calls_in(loop.body)
    )


def _counts(loop: LoopStep, walk: Walk[State]) -> bool:
    """Whether a loop counts (`for i in range(...)`) or waits (`while`): it need not go over data."""
    if loop.kind == "while":
        return True
    source = loop.source
    if isinstance(source, Call):
        return any(
            isinstance(value, External) and value.last in ("range", "trange", "count")
            for value in walk.evaluator.values(source.func, walk.context)
        )
    return False
