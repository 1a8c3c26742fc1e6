"""One guarded run: turns what passes the doors into events, and hands them to the checks."""

from __future__ import annotations

import functools
import math
import threading
import weakref
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.amp.grad_scaler import GradScaler
from torch.optim.lr_scheduler import LRScheduler
from torch.optim.optimizer import Optimizer
from torch.utils.data.distributed import DistributedSampler

from torchlint.runtime import doors
from torchlint.runtime.audience import Audience
from torchlint.runtime.calls import Ear
from torchlint.runtime.checks import Check
from torchlint.runtime.evaluations import Evaluations
from torchlint.runtime.events import (
    BackwardEnd,
    BackwardStart,
    Clip,
    Close,
    Epoch,
    Forward,
    Graph,
    Measured,
    Operation,
    Sampled,
    ScalerStep,
    StepEnd,
    StepStart,
)
from torchlint.runtime.findings import RuntimeFinding, Severity
from torchlint.runtime.graph import LossGraph
from torchlint.runtime.layers import Layers
from torchlint.runtime.listening import Listening
from torchlint.runtime.losses import guessing
from torchlint.runtime.meter import Meter
from torchlint.runtime.models import Root, any_autocast, models_holding, named_roots
from torchlint.runtime.observers import Observers
from torchlint.runtime.operations import innermost_transform, tensors_in
from torchlint.runtime.optimizers import TrackedOptimizer
from torchlint.runtime.pace import Pace
from torchlint.runtime.ranks import own_rank
from torchlint.runtime.recorder import Recorder
from torchlint.runtime.replay import last_kind
from torchlint.runtime.scaling import Scaling
from torchlint.runtime.userline import user_line

#: looked up once, as in `doors.py`
_is_grad_enabled = torch.is_grad_enabled
_this_thread = threading.get_ident
_isfinite = math.isfinite

#: graphs are read during this many steps, and not more often than this
GRAPH_STEPS = 2
GRAPH_WALKS = 16

#: operations are listened to during this many steps
OPERATION_STEPS = 5


@dataclass(frozen=True)
class Settings:
    """How to watch. `every`: steps between closer looks; `history`: steps that the recorder keeps."""

    every: int = 100
    history: int = 256
    #: look at all gradients before every step, and wait for them, so that no step on a non-finite one is ever taken
    protect: bool = False


class Session:
    """The watcher of a guarded block, from its start to its end."""

    def __init__(
        self,
        roots: Sequence[Root],
        checks: Iterable[type[Check]],
        settings: Settings,
        tell: Callable[[Sequence[RuntimeFinding]], None],
        observers: Observers | None = None,
    ) -> None:
        self.thread = threading.get_ident()
        self.settings = settings
        self.roots = list(roots)
        #: the model was not given: it is looked for when an optimizer steps
        self.finds_models = not roots
        self.optimizers: dict[int, TrackedOptimizer] = {}
        #: learning rate schedules that have stepped inside the block
        self.schedulers: weakref.WeakSet[LRScheduler] = weakref.WeakSet()
        self.recorder = Recorder(settings.history)
        #: optimizer steps that are finished; with several optimizers, of the one that has stepped most
        self.step = 0
        self.scaling = Scaling()
        #: backward passes that are finished
        self.backwards = 0
        #: what each layer does in some steps
        self.layers = Layers(settings.every, settings.history)
        #: loss and gradient norm of the last step
        self.meter = Meter(settings.protect, self._measured)
        #: true while the guard itself calls the model
        self.replaying = False

        #: those who look on, if anybody does
        self.observers = observers
        self._audience = Audience(tell)
        self._audience.seat(check(self) for check in checks)
        self._pace = Pace(settings.every)
        #: as the pace has it
        self._calm = False
        #: all is calm, and no scaler has a part in the steps: of these, as little as can be is asked and touched, since
        #: after a backward pass all that is touched comes from far away
        self._usual = False
        self._ears: dict[Root, Ear] = {}
        self._listening = Listening(self._operation)
        self.evaluations = Evaluations(self._listening, self._listen)
        self._walks = 0
        self._names: dict[int, str] = {}
        self._stepping: TrackedOptimizer | None = None
        #: steps of base classes that are under way inside of it
        self._inner_steps = 0

    # ------------------------------------------------------------ start and stop

    def start(self) -> None:
        self._tell_of_models(self.roots)
        try:
            self.attach()
            self._listening.start(doors.sees_compiled_calls())
            if not any(root.compiled for root in self.roots):
                self._listen()
        except BaseException:
            self._close()
            raise

    def stop(self, failed: bool) -> None:
        try:
            if not failed:
                self.meter.finish(self.step)
            self._emit(Close(failed))
        finally:
            self._close()

    def attach(self) -> None:
        """Begin to hear what happens; what the checks know already stays as it is."""
        doors.enter(self)
        for root in self.roots:
            self._hook(root)

    def detach(self) -> None:
        """Hear nothing more, until attached again."""
        self.layers.activations.leave()
        for ear in self._ears.values():
            ear.close()
        self._ears.clear()
        doors.leave(self)

    def _close(self) -> None:
        """Put everything back, and let go of models and batches: the checks and this session hold each other."""
        self._listening.close()
        self.detach()
        self._audience.leave()
        self.roots = []
        self.optimizers.clear()
        self._names.clear()
        self.scaling.close()
        self.meter = Meter(self.settings.protect, self._measured)
        self._stepping = self.evaluations.running = None

    def _hook(self, root: Root) -> None:
        self._ears[root] = Ear(root.module, functools.partial(self._forward, root))

    # ------------------------------------------------------------------ checks

    def mute(self, check: Check) -> None:
        """Tell a check nothing more."""
        self._audience.mute(check)

    def _emit(self, event: object) -> None:
        self._audience.hear(event)

    def _wake(self) -> None:
        self._pace.wake(self.step)
        self._heed()

    def _heed(self) -> None:
        """Do as the pace says: while all is calm, only the checks that watch numbers listen."""
        self._calm = self._pace.calm
        self._usual = self._calm and not self.scaling.used
        self._audience.hush(self._calm)

    def report(
        self,
        code: str,
        severity: Severity,
        message: str,
        help: str,
        module: str | None,
        line: str | None,
        history: bool,
        evidence: Mapping[str, object],
        step: int | None,
    ) -> None:
        """Tell the user about a bug, once for each module."""
        if not self._audience.is_news(code, module):
            return
        self._audience.found(
            RuntimeFinding(
                code=code,
                severity=severity,
                step=self.step if step is None else step,
                message=message,
                help=help,
                module=module,
                line=line or user_line(),
                evidence=evidence,
                rank=own_rank(),
                history=self.recorder.table() if history else "",
            )
        )

    @property
    def in_step(self) -> bool:
        """Whether an optimizer is stepping."""
        return self._stepping is not None

    @property
    def batch_size(self) -> int | None:
        """The first dimension of what the last training forward was called with."""
        calls = (root.call for root in self.roots if root.call is not None)
        inputs = (tensor for call in calls for tensor in tensors_in((call.args, call.kwargs)) if tensor.dim())
        return next((tensor.shape[0] for tensor in inputs), None)

    # ------------------------------------------------------------------ models

    def name(self, tensor: torch.Tensor) -> str | None:
        """The dotted path of a parameter or buffer in the guarded models."""
        if id(tensor) not in self._names:
            self._names = {
                id(part): root.path(name)
                for root in self.roots
                for name, part in (
                    *root.inner.named_parameters(remove_duplicate=False),
                    *root.inner.named_buffers(remove_duplicate=False),
                )
            }
        return self._names.get(id(tensor))

    def _tell_of_models(self, roots: Sequence[Root]) -> None:
        if self.observers is not None and roots:
            self.observers.models({root.name: root.size for root in roots})

    def _find_models(self, tracked: TrackedOptimizer) -> None:
        known = [root.module for root in self.roots]
        new = [module for module in models_holding(tracked.parameters) if module not in known]
        roots = named_roots(new)
        for root in roots:
            self.roots.append(root)
            self._hook(root)
        self._tell_of_models(roots)

    # ------------------------------------------------------------------ forward

    def _forward(self, root: Root, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        if self.replaying or _this_thread() != self.thread or innermost_transform() is not None:
            return
        grad_enabled, training = _is_grad_enabled(), root.module.training
        root.called = True
        if self._usual and grad_enabled and training and not root.draws and not any_autocast():
            root.last_call = (args, kwargs, (), ())
            return
        if grad_enabled:
            root.remember_call(args, kwargs, self._calm)
        if self._calm:
            if grad_enabled and training:
                return
            # an evaluation, after which people forget what they have to put back
            self._wake()
        self._listening.notice_compiler()
        if grad_enabled and training and self.layers.is_due(self.step):
            if self._stepping is None and not self._listening.compiled:
                self.layers.activations.listen(root, self.name)
        self._emit(Forward(root, args, kwargs, training, grad_enabled))
        if not grad_enabled and not root.compiled:
            self.evaluations.starts(root, self.step)

    def last_operation_of_compiled(self, node: Any) -> str | None:
        """What the graph of a compiled model would end in, if it were not compiled: the kind of its last node.

        The graph that autograd sees has one node for all of it, so the model is called once more, without compilation.
        """
        for root in self.roots:
            if root.compiled and root.call is not None:
                self.replaying = True
                try:
                    return last_kind(root, root.call)
                except Exception:
                    # a model that can't be called out of turn keeps its secret
                    return None
                finally:
                    self.replaying = False
        return None

    # ---------------------------------------------------------------- operations

    def _listen(self) -> None:
        if self._audience.hears(Operation):
            self._listening.enter()

    def _operation(self, event: Operation) -> None:
        # not what the guard itself computes, nor what a forked loader does, which has inherited the mode
        if not self.replaying and not self._audience.busy and threading.get_ident() == self.thread:
            self._emit(event)

    def compiler_used(self) -> None:
        self._listening.compiler_used()

    def compiled_call_starts(self) -> None:
        self.compiler_used()
        self.layers.activations.leave()
        for root, ear in self._ears.items():
            # a model that is called from compiled code, and not one that calls it
            if not root.called and root.module is root.inner:
                ear.pause()

    def compiled_call_ended(self) -> None:
        for ear in self._ears.values():
            ear.resume()

    # ------------------------------------------------------------------ backward

    def loss_scaled(self, scaler: GradScaler, loss: Any, scaled: Any) -> None:
        self._usual = False
        self.scaling.loss_scaled(scaler, loss, scaled)

    def backward_starts(self, roots: Sequence[torch.Tensor]) -> None:
        if self._usual and self._stepping is None and len(roots) == 1:
            self.meter.see_loss(roots[0])
            value = self.meter.loss
            if value is None or _isfinite(value):
                return
        if self._listening.on and self.step >= OPERATION_STEPS:
            self._listening.leave()
        if self._stepping is not None and not self._stepping.closure:
            # that step has failed: without a closure there is no backward inside a step
            self._stepping, self._inner_steps = None, 0
        loss = self.scaling.backward_starts(roots[0]) if self.scaling.used else roots[0]
        scaled = self.scaling.gradients_scaled
        self.meter.see_loss(loss if len(roots) == 1 else None)
        if self._calm:
            value = self.meter.loss
            if not scaled and (value is None or _isfinite(value)):
                return
        else:
            for model in self.roots:
                model.notice_draws()
        if self.step < GRAPH_STEPS and self._walks < GRAPH_WALKS:
            self._walks += 1
            graph = LossGraph(roots)
            if self.observers is not None and not self.backwards:
                self._tell_of_loss(self.observers, graph)
            self._emit(Graph(graph))
        self._emit(BackwardStart(roots, self.meter.loss, scaled, self._stepping is not None))

    def _tell_of_loss(self, observers: Observers, graph: LossGraph) -> None:
        known = guessing(graph, self.scaling.gradients_scaled)
        if known is not None:
            observers.loss(*known)

    def backward_ended(self) -> None:
        self.backwards += 1
        if self.backwards > self._pace.expected:
            self._pace.unexpected(self.step, self.backwards)
            self._heed()
        if not self._calm:
            self._emit(BackwardEnd())

    # ---------------------------------------------------------------------- steps

    def track(self, optimizer: Optimizer) -> TrackedOptimizer:
        tracked = self.optimizers.get(id(optimizer))
        groups = len(optimizer.param_groups)
        if tracked is None or tracked.reference() is not optimizer:
            self._forget_optimizers()
            kind = type(optimizer).__name__
            number = 1 + sum(other.label.split()[0] == kind for other in self.optimizers.values())
            tracked = TrackedOptimizer(optimizer, kind if number == 1 else f"{kind} {number}")
            self.optimizers[id(optimizer)] = tracked
            self._wake()
            if self.finds_models:
                self._find_models(tracked)
        elif (not self._calm or tracked.group_count != groups) and tracked.refresh():
            self._wake()
        return tracked

    def _forget_optimizers(self) -> None:
        """Let go of those that were thrown away."""
        for key, tracked in list(self.optimizers.items()):
            if tracked.reference() is None:
                del self.optimizers[key]
                self._audience.forget(tracked)

    def scaler_step(self, scaler: GradScaler, optimizer: Optimizer, begins: bool) -> None:
        self._usual = False
        self.scaling.scaler_step(scaler, optimizer, begins)
        if not begins:
            self._emit(ScalerStep(scaler, self.scaling.skipped))

    def gradients_unscaled(self, optimizer: Optimizer) -> None:
        self.scaling.gradients_scaled = False

    def gradients_clipped(self, gradients: Sequence[torch.Tensor], limit: float) -> None:
        self._emit(Clip(gradients, limit))

    def norm_computed(self, gradients: Sequence[torch.Tensor], norm: torch.Tensor) -> None:
        self.meter.see_norm(gradients, norm)

    def epoch_starts(self, sampler: DistributedSampler[Any]) -> None:
        self._wake()
        self._emit(Epoch(sampler))

    def schedule_steps(self, scheduler: LRScheduler) -> None:
        self.schedulers.add(scheduler)

    def step_starts(self, optimizer: Optimizer, closure: bool) -> None:
        if not closure and self._stepping is not None and self._stepping.reference() is optimizer:
            # `super().step()` inside of its own: torch tells of both
            self._inner_steps += 1
            return
        self._inner_steps = 0
        known = self.optimizers.get(id(optimizer))
        if (
            self._usual
            and known is not None
            and known.turns is not None
            and not closure
            and len(groups := optimizer.param_groups) == known.group_count
            and known.reference() is optimizer
            and self.meter.clipped is None
        ):
            self._stepping = known
            loss, norm, rate = self.meter.loss, known.turns.next(), groups[0].get("lr")
            if loss is not None and norm is not None and type(rate) is float and _isfinite(loss + norm):
                record = (self.step, known.label, loss, norm, rate)
                self.recorder.add(record)
                if self.observers is not None:
                    self.observers.step(record)
            else:
                self._measured(self.step, known, loss, norm, False, False)
            return
        tracked = self.track(optimizer)
        by_scaler = self.scaling.used and self.scaling.step_starts(optimizer)
        self._stepping = tracked
        if closure:
            tracked.closure = True
        if not self._calm:
            self._emit(StepStart(tracked, by_scaler))
            self.layers.step_starts(tracked, self.roots, self.step)
        if not closure:
            self.meter.measure(self.step, tracked, by_scaler, self._calm)

    def step_searches(self, optimizer: Optimizer) -> None:
        self.track(optimizer).closure = True

    def step_ended(self, optimizer: Optimizer) -> None:
        if self._inner_steps:
            self._inner_steps -= 1
            return
        tracked = self.optimizers.get(id(optimizer)) or self.track(optimizer)
        self._stepping = None
        if not self._calm or tracked.closure:
            self._emit(StepEnd(tracked))
        if not self._calm and (sample := self.layers.step_ended(tracked)):
            if self.observers is not None:
                self.observers.layers(sample.step, {layer.layer: layer.numbers() for layer in sample.layers})
            self._emit(Sampled(tracked, sample))
        self.scaling.gradients_scaled = False
        tracked.steps += 1
        tracked.backwards = self.backwards
        self.step = max(self.step, tracked.steps)
        for root in self.roots:
            root.called = False
            if root.on_cpu:
                # measured already: the batch need not be kept
                root.last_call = None
        if self._calm and self.step < self._pace.rests_until:
            self._pace.expected = self.backwards + self._pace.usual
            return
        self._pace.stepped(self.step, self.backwards)
        self._heed()
        if self._listening.on and self.step >= OPERATION_STEPS:
            self._listening.leave()

    def _measured(
        self,
        step: int,
        optimizer: TrackedOptimizer,
        loss: float | None,
        gradient_norm: float | None,
        by_scaler: bool,
        late: bool,
    ) -> None:
        record = (step, optimizer.label, loss, gradient_norm, optimizer.learning_rate)
        self.recorder.add(record)
        if self.observers is not None:
            self.observers.step(record)
        fine = (loss is None or _isfinite(loss)) and (gradient_norm is None or _isfinite(gradient_norm))
        if not fine or not self._calm:
            self._emit(Measured(step, optimizer, loss, gradient_norm, by_scaler, late))
