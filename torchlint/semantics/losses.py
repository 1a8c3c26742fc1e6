"""Where losses are computed: which loss, on which value, and what that value went through before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from torchlint.semantics.callers import contexts
from torchlint.semantics.functions import Function
from torchlint.semantics.knowledge import losses as known
from torchlint.semantics.nodes import Attr, Call, Free, Imported, Item, Loop, Node, Param, strip
from torchlint.semantics.operations import called_name
from torchlint.semantics.purposes import serves_otherwise
from torchlint.semantics.results import is_idle
from torchlint.semantics.truth import exclude
from torchlint.semantics.values import ClassValue, Context, External, Instance, Opaque, Value

if TYPE_CHECKING:
    from torchlint.semantics.activations import Activation
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Module, Site


@dataclass(frozen=True)
class LossUse:
    """One call of a loss in one context.

    `site` is the call, `criterion` the place where the loss object was created (None for a function), `inputs`
    what stands last before the first argument, one answer for each module or path that may have made it.
    `alone` is False if the same call may be meant for something that expects another input, or an argument that is not
    known decides whether there is one.
    """

    name: str
    expects: str
    site: Site
    criterion: Site | None
    inputs: tuple[Activation, ...]
    alone: bool


def loss_uses(module: Module) -> Iterator[LossUse]:
    """The losses that the functions of a module compute."""
    evaluator = module.evaluator
    for function in module.functions:
        candidates = [call for call in function.calls if _may_be_loss(call)]
        if not candidates:
            continue
        for context in contexts(evaluator, function):
            for call in candidates:
                if evaluator.feasible(call.guards, context):
                    yield from (use for use in _uses(evaluator, call, context, 0) if not is_idle(call))


def _may_be_loss(call: Call) -> bool:
    func = call.func
    arguments = len(call.args) + len(call.keywords)
    if isinstance(func, Attr):
        return func.name in known.EXPECTS or arguments >= 2
    return (arguments >= 2 and isinstance(func, (Param, Free, Imported, Item, Loop, Call))) or _wraps_loss(call)


def _wraps_loss(call: Call) -> bool:
    return any(key in ("criterion", "loss", "loss_fn", "loss_func") for key, _ in call.keywords)


def _uses(evaluator: Evaluator, call: Call, context: Context | None, depth: int) -> Iterator[LossUse]:
    callees = evaluator.values(call.func, context)
    losses = [(callee, found) for callee in callees for found in [_expected(evaluator, callee, call, context)] if found]
    alone = len(losses) == len(callees) and len({expects for _, (_, expects, _) in losses}) == 1
    alone = alone and not _depends_on_flag(evaluator, call, context)
    for callee, (name, expects, keyword) in losses:
        operand = call.args[0] if call.args else call.keyword(keyword)
        if operand is None or serves_otherwise(evaluator, name, call, context):
            continue
        if isinstance(callee, Instance) and callee.call is not None:
            # `if task == "binary"` in both places, but not in the same way
            made = callee.call.guards
            if exclude(made, call.guards) or exclude(made, call.guards, partial(_given, evaluator, callee.context)):
                continue
        inputs = evaluator.activations.find(operand, context)
        created = None
        if isinstance(callee, Instance) and callee.call is not None:
            created = callee.call.function.module.site(callee.call)
            inputs = tuple(item for item in inputs if not exclude(item.guards, callee.call.guards))
        elif isinstance(callee, Opaque) and isinstance(call.func, Attr):
            for base in evaluator.values(call.func.base, context):
                if isinstance(base, Instance) and base.call is not None:
                    created = base.call.function.module.site(base.call)
        site = call.function.module.site(call)
        yield LossUse(name, expects, site, created, inputs, alone)
        squashed = _log_softmax_of(operand, evaluator, context) if expects == known.LOG_PROBABILITIES else None
        if squashed is not None and name not in known.DIVERGENCES:
            inputs = evaluator.activations.find(squashed, context)
            yield LossUse(f"a cross entropy (log_softmax, {name})", known.LOGITS, site, created, inputs, alone)
    if losses or depth >= 2:
        return
    for callee in callees:
        # a loss module of the project hands its input on to a loss of torch
        if isinstance(callee, Instance) and callee.cls is not None:
            frame = evaluator.entered(callee, call, context)
            if frame is not None and frame.function.name == "forward":
                for inner in frame.function.calls:
                    if _names_loss(inner) and evaluator.feasible(inner.guards, frame):
                        yield from _uses(evaluator, inner, frame, depth + 1)
    yield from _handed_over(evaluator, callees, call, context)


def _log_softmax_of(operand: Node, evaluator: Evaluator, context: Context | None) -> Node | None:
    """`x` where a loss is given `F.log_softmax(x, dim=1)`."""
    node = strip(operand)
    if not isinstance(node, Call) or called_name(node) not in ("log_softmax", "logsoftmax"):
        return None
    for callee in evaluator.values(node.func, context):
        if isinstance(callee, External) and callee.name.startswith("torch."):
            return node.args[0] if node.args else node.keyword("input")
        if isinstance(callee, Opaque) and isinstance(node.func, Attr):
            return node.func.base  # x.log_softmax(1)
    return None


def _given(evaluator: Evaluator, context: Context | None, param: Param) -> Node | None:
    """What a function that makes a loss is given for a parameter, `loss_of(cfg.loss)`, by the one who computes it."""
    bound = evaluator.argument(param, context) if context is not None else None
    return bound[0] if bound is not None else None


def _depends_on_flag(evaluator: Evaluator, call: Call, context: Context | None) -> bool:
    """Whether an argument that is not known decides if a loss is computed: `if is_rnn: ...`."""
    return any(isinstance(strip(cond), Param) and evaluator.truth(cond, context) is None for cond, _ in call.guards)


def _names_loss(call: Call) -> bool:
    func = call.func
    name = func.name if isinstance(func, (Attr, Free, Imported)) else None
    return name in known.EXPECTS or isinstance(func, Attr)


def _expected(evaluator: Evaluator, callee: Value, call: Call, context: Context | None) -> tuple[str, str, str] | None:
    """(loss name, what it expects, keyword of its input) if `callee` is a loss that is being computed."""
    if isinstance(callee, External) and not callee.last[:1].isupper():
        found = known.expected(callee.name)
        return (callee.last, *found) if found else None
    if isinstance(callee, Instance):
        return _loss_object(evaluator, callee)
    if isinstance(callee, Opaque) and isinstance(call.func, Attr) and call.func.name == "forward":
        for base in evaluator.values(call.func.base, context):
            if isinstance(base, Instance):
                return _loss_object(evaluator, base)
    return None


def _loss_object(evaluator: Evaluator, value: Instance) -> tuple[str, str, str] | None:
    if value.cls is None:
        found = known.expected(value.name)
        return (value.last, *found) if found else None
    if evaluator.find_method(value.cls, "forward") is None:
        for name in evaluator.external_bases(value.cls):
            found = known.expected(name)
            if found:
                return (name.rpartition(".")[2], *found)
    return None


def _handed_over(
    evaluator: Evaluator, callees: tuple[Value, ...], call: Call, context: Context | None
) -> Iterator[LossUse]:
    """A network and a loss given together to a training library: `Net(Classifier, criterion=CrossEntropyLoss)`."""
    if not all(isinstance(callee, (External, ClassValue)) for callee in callees):
        return
    loss_node = next((value for key, value in call.keywords if key in ("criterion", "loss", "loss_fn")), None)
    if loss_node is None:
        return
    for value in evaluator.values(loss_node, context):
        name = value.name if isinstance(value, External) or (isinstance(value, Instance) and value.cls is None) else ""
        found = known.expected(name)
        # such libraries take the logarithm for NLLLoss themselves
        if found is None or found[0] == known.LOG_PROBABILITIES:
            continue
        for node in _networks(call):
            for network in evaluator.values(node, context):
                if not isinstance(network, ClassValue) and any(isinstance(callee, ClassValue) for callee in callees):
                    continue  # a trainer of the project: its own loss calls are followed
                frame = _forward_frame(evaluator, network, context)
                if frame is not None:
                    inputs = evaluator.activations.returned(frame)
                    site = call.function.module.site(call)
                    yield LossUse(name.rpartition(".")[2], found[0], site, None, inputs, True)


def _networks(call: Call) -> Iterator[Node]:
    yield from call.args[:1]
    for key, value in call.keywords:
        if key in ("module", "model"):
            yield value


def _forward_frame(evaluator: Evaluator, network: Value, context: Context | None) -> Context | None:
    if isinstance(network, ClassValue):
        network = evaluator.some_instance(network.cls)
    if not isinstance(network, Instance) or network.cls is None:
        return None
    method: Function | None = evaluator.find_method(network.cls, "forward")
    return evaluator.frame(method, None, context, network) if method is not None else None
