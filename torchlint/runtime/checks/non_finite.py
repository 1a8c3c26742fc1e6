"""TLN503: NaN or Inf in loss, gradients, parameters or buffers, and the module where it began."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeGuard

import torch

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import BackwardStart, Close, Measured, ScalerStep, StepEnd
from torchlint.runtime.graph import LossGraph, Node, kind, saved
from torchlint.runtime.models import Root
from torchlint.runtime.norms import may_be_non_finite, plain, readable
from torchlint.runtime.operations import tensors_in
from torchlint.runtime.replay import Origin, describe, find_origin, is_finite

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

#: parameters and buffers are looked at after this many steps, then after 8, 16, 32, ... up to the guard's `every`
FIRST_LOOK = 4
#: a GradScaler may skip this many steps in a row with a loss that is not finite; then it is no overflow of the scale
SKIPPED = 3
#: and so many with any scale
SKIPPED_STEPS = 30

_HELP = {
    "parameter": "find out what wrote it: a learning rate that is too high, an optimizer's division by zero (eps), "
    "or initialisation",
    "input": "look at the data: missing values, a division by a standard deviation of zero, a wrong normalisation",
    "forward": "keep the operation's input in its domain: clamp before log and sqrt, add eps to a denominator, "
    "subtract the maximum before exp",
    "backward": "the gradient of the operation is infinite at this input: sqrt, norm and pow at 0 need eps inside, "
    "and torch.where does not stop it: make the input harmless before the operation",
    "loss": "look at the loss itself: log(0), division by a count of zero, exp of large numbers",
    "gradients": "lower the learning rate or clip gradients; in float16 use a GradScaler",
}


@dataclass(slots=True)
class _Cause:
    """Where it began, as far as can be known."""

    #: a key of the table of helps
    where: str
    text: str
    module: str | None = None
    line: str | None = None
    evidence: dict[str, Any] = field(default_factory=dict)


class NonFinite(Check):
    """A test of two numbers in every step; all the rest only after it has tripped."""

    code = "TLN503"
    watches_numbers = True

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._skipped = 0
        self._look_at = FIRST_LOOK

    def on_backward_start(self, event: BackwardStart) -> None:
        if event.loss is None or event.in_closure:
            # a line search tries steps that go too far, and steps back
            return
        if math.isfinite(event.loss):
            self._skipped = 0
        elif not event.scaled:
            self._trip("the loss", event.loss, graph=LossGraph(event.roots))
        else:
            self._skipped += 1
            if self._skipped >= SKIPPED:
                self._trip("the loss, before scaling,", event.loss, graph=LossGraph(event.roots))

    def on_scaler_step(self, event: ScalerStep) -> None:
        # a loss that is multiplied by 1 or less does not overflow for that, and halving 30 times ends any overflow
        if event.skipped >= SKIPPED_STEPS or (event.skipped >= SKIPPED and event.scaler.get_scale() <= 1):
            bad = [self.session.name(parameter) or "?" for parameter in self._with_bad_gradients()]
            self._trip("after every backward, a gradient", math.nan, bad)

    def _with_bad_gradients(self) -> Iterator[torch.Tensor]:
        for root in self.session.roots:
            for parameter in root.inner.parameters():
                if parameter.grad is not None and not is_finite(plain(parameter.grad)):
                    yield parameter

    def on_measured(self, event: Measured) -> None:
        if event.loss is not None and not math.isfinite(event.loss) and not event.by_scaler:
            self._trip("the loss", event.loss, step=event.step, late=event.late)
        elif event.gradient_norm is not None and not math.isfinite(event.gradient_norm) and not event.by_scaler:
            bad = list(self._bad_gradients(event))
            if bad:
                self._trip("a gradient", event.gradient_norm, bad, step=event.step, late=event.late)

    def on_step_end(self, event: StepEnd) -> None:
        optimizer = event.optimizer
        if optimizer.closure and self.session.meter.loss is not None and not math.isfinite(self.session.meter.loss):
            if any(not is_finite(plain(parameter)) for parameter in optimizer.parameters):
                self._trip("the loss", self.session.meter.loss)
        if self.session.step + 1 >= self._look_at:
            self._look_at += min(self._look_at, self.session.settings.every)
            self._look_at_state()

    def on_close(self, event: Close) -> None:
        if not event.failed:
            self._look_at_state()

    def _look_at_state(self) -> None:
        """Parameters and buffers: a running variance that overflowed shows only in evaluation."""
        for root in self.session.roots:
            if not may_be_non_finite((*root.inner.parameters(), *root.inner.buffers())):
                continue
            cause = self._bad_parameter(root) or self._bad_buffer(root)
            if cause is not None:
                self._tell("the state of the model", cause)
                return

    # --------------------------------------------------------------- the trip

    def _bad_gradients(self, event: Measured) -> Iterator[str]:
        """The exact test: the norm of large but finite gradients overflows too."""
        for parameter in event.optimizer.parameters:
            if parameter.grad is not None and not is_finite(plain(parameter.grad)):
                yield self.session.name(parameter) or "?"
        if event.late and self.session.meter.layer_norms is not None:
            # the gradients are gone, but their norms were kept
            tracked, values = self.session.meter.layer_norms
            if not all(math.isfinite(value) for value in torch.stack(list(values)).tolist()):
                yield tracked.label

    def _trip(
        self,
        what: str,
        value: float,
        gradients: list[str] | None = None,
        graph: LossGraph | None = None,
        step: int | None = None,
        late: bool = False,
    ) -> None:
        cause = self._find(graph, gradients)
        if gradients:
            cause.evidence["gradients"] = ", ".join(gradients[:4]) + (" ..." if len(gradients) > 4 else "")
        if late:
            cause.evidence["read_late"] = "one step after it happened: the weights may be poisoned already"
        self._tell(f"{what} is {_word(value)}", cause, step)

    def _tell(self, what: str, cause: _Cause, step: int | None = None) -> None:
        self.report(
            f"{what}: {cause.text}",
            _HELP[cause.where],
            module=cause.module,
            line=cause.line,
            history=True,
            step=step,
            **cause.evidence,
        )
        # all that follows comes from the same NaN
        self.done()

    def _find(self, graph: LossGraph | None, gradients: list[str] | None) -> _Cause:
        """Parameters, inputs, a replay of the forward pass, then of the backward pass, and buffers.

        Buffers come late: BatchNorm's statistics are spoiled by whatever spoiled the batch.
        """
        trouble: list[str] = []
        replayed = False
        for root in self.session.roots:
            cause = self._bad_parameter(root) or self._bad_input(root)
            if cause is not None:
                return cause
        for root in self.session.roots:
            if root.call is None:
                continue
            try:
                origin = self._replay(root)
            except Exception as error:
                trouble.append(f"{type(error).__name__}: {error}")
                continue
            replayed = True
            if origin is not None:
                return _from_origin(origin)
        cause = next(filter(None, map(self._bad_buffer, self.session.roots)), None)
        where = (
            "the model's own outputs are finite, so this is in the computation of the loss"
            if replayed
            else "the model could not be called again to find the module"
        )
        if cause is None and graph is not None:
            cause = _from_graph(graph, where)
        if cause is None:
            module = gradients[0] if gradients else None
            cause = _Cause("gradients" if gradients else "loss", where, module=module)
        if trouble:
            cause.evidence["replay_failed"] = trouble[0][:200]
        return cause

    def _replay(self, root: Root) -> Origin | None:
        call = root.call
        assert call is not None
        if any(hasattr(parameter, "to_local") for parameter in root.inner.parameters()):
            raise RuntimeError("its parameters are sharded, and all ranks would have to take part")
        self.session.replaying = True
        try:
            return find_origin(root, call)
        finally:
            self.session.replaying = False

    def _bad_parameter(self, root: Root) -> _Cause | None:
        for name, parameter in root.inner.named_parameters():
            numbers = readable(parameter)
            if numbers is not None and not is_finite(numbers):
                return _bad_part("parameter", root.path(name), numbers)
        return None

    def _bad_buffer(self, root: Root) -> _Cause | None:
        for name, buffer in root.inner.named_buffers():
            numbers = readable(buffer)
            # masks are kept in buffers, and hold -inf by design
            if numbers is not None and bool(numbers.isnan().any()):
                return _bad_part("buffer", root.path(name), numbers)
        return None

    def _bad_input(self, root: Root) -> _Cause | None:
        if root.call is None:
            return None
        for number, tensor in enumerate(tensors_in((root.call.args, root.call.kwargs))):
            if tensor.is_floating_point() and bool((tensor.isnan() | (tensor == math.inf)).any()):
                name = root.path("")
                text = f"input {number} of {name} is not finite already"
                return _Cause("input", text, name, evidence={"input": describe(tensor)})
        return None


def _bad_part(what: str, path: str, numbers: torch.Tensor) -> _Cause:
    return _Cause("parameter", f"the {what} {path} is not finite any more", path, evidence={what: describe(numbers)})


def _word(value: float) -> str:
    return "NaN" if math.isnan(value) else "infinite"


def _from_origin(origin: Origin) -> _Cause:
    names = {"nan": "NaN", "inf": "Inf", "-inf": "-Inf"}
    where = f"{origin.module} ({origin.kind})"
    if origin.backward:
        text = f"it began in the backward of '{origin.operation}' in {where}, whose forward was finite"
        return _Cause("backward", text, origin.module, origin.line, dict(origin.evidence))
    text = f"{names[origin.what]} began in {where}, in the operation '{origin.operation}'"
    return _Cause("forward", text, origin.module, origin.line, dict(origin.evidence))


def _from_graph(graph: LossGraph, where: str) -> _Cause | None:
    """The operation that began it: the deepest node that kept numbers which it can't take, or a result gone wrong."""
    for node in reversed(graph.nodes):
        value = _wrong_number(node)
        if value is not None:
            text = f"{where}; it began in '{kind(node).lower()}'"
            return _Cause("loss", text, evidence={"operation": kind(node), "saved": describe(value)})
    return None


def _wrong_number(node: Node) -> torch.Tensor | None:
    """What a node kept that shows that it made NaN or Inf."""
    operation = kind(node)
    given, other, result = (saved(node, name) for name in ("self", "other", "result"))
    if operation in _LOGARITHMS and _is_float(given) and bool((given <= 0).any()):
        return given
    if operation == "Div" and _is_float(other) and bool((other == 0).any()):
        return other
    if operation == "Pow" and _is_float(given):
        result = given.pow(saved(node, "exponent") or 1)
    return result if _is_float(result) and not is_finite(result) else None


def _is_float(value: object) -> TypeGuard[torch.Tensor]:
    return isinstance(value, torch.Tensor) and value.is_floating_point()


_LOGARITHMS = ("Log", "Log2", "Log10")
