"""TLN108: parameters that should learn and do not.

No optimizer holds them, no gradient reaches them, or no step moves them.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn
from torch.nn.modules.batchnorm import _NormBase

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import BackwardStart, Operation, StepEnd, StepStart
from torchlint.runtime.operations import tensors_in
from torchlint.runtime.optimizers import TrackedOptimizer, ids, living_optimizers

#: the sets are judged after this many steps
STEPS = 5
#: numbers of a parameter that are compared before and after a step
SLICE = 256
#: steps in a row that changed nothing
UNCHANGED = 2

_NORMS = (_NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)


class OptimizerMissesParameters(Check):
    """Compares four sets of parameters over the first steps: in the model, used, with a gradient, in an optimizer."""

    code = "TLN108"
    severity = "warning"

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self._with_gradient: dict[int, torch.Tensor] = {}
        self._used: set[int] = set()
        self._versions: dict[int, int] = {}
        self._before: list[tuple[torch.Tensor, torch.Tensor]] = []
        self._unchanged: dict[int, int] = {}

    # --------------------------------------------------------------- what is seen

    def on_backward_start(self, event: BackwardStart) -> None:
        if event.graph is not None:
            self._with_gradient |= {id(parameter): parameter for parameter in event.graph.parameters}
            for parameter in event.graph.parameters:
                self._versions.setdefault(id(parameter), parameter._version)

    def on_operation(self, event: Operation) -> None:
        if torch.is_grad_enabled():
            self._used |= {id(tensor) for tensor in tensors_in((event.args, event.kwargs)) if tensor.is_leaf}

    def on_step_start(self, event: StepStart) -> None:
        optimizer = event.optimizer
        self._with_gradient |= {
            id(parameter): parameter for parameter in optimizer.parameters if parameter.grad is not None
        }
        self._before = [] if optimizer.closure or optimizer.skips else _slices(optimizer)

    def on_step_end(self, event: StepEnd) -> None:
        self._judge_change(event.optimizer)
        if event.optimizer.steps + 1 >= STEPS and self.session.step + 1 >= STEPS:
            self._judge_sets()
            self.done()

    # ----------------------------------------------------------------- judgements

    def _judge_change(self, optimizer: TrackedOptimizer) -> None:
        """A step on gradients, with a learning rate, after which every sampled number is the same to the bit."""
        before, self._before = self._before, []
        rates = optimizer.learning_rates
        moved = not before or not any(rates) or any(not torch.equal(_slice(now), then) for now, then in before)
        key = id(optimizer)
        self._unchanged[key] = 0 if moved else self._unchanged.get(key, 0) + 1
        if self._unchanged[key] >= UNCHANGED:
            self.report(
                f"the steps of {optimizer.label} change nothing: parameters with gradients are the same, to the bit, "
                "before and after",
                "look at the learning rate (is it below the precision of the weights?) and at what the optimizer holds",
                severity="error",
                learning_rate=rates[0],
                parameter=self.session.name(before[0][0]),
            )

    def _judge_sets(self) -> None:
        trainable = {
            id(parameter): parameter
            for root in self.session.roots
            for parameter in root.inner.parameters()
            if parameter.requires_grad
        }
        held = {
            id(parameter): parameter
            for optimizer in self.session.optimizers.values()
            for parameter in optimizer.parameters
        }
        self._judge_lost(trainable, held)
        self._judge_unreached(trainable, held)
        self._judge_frozen(trainable)

    def _judge_lost(self, trainable: dict[int, nn.Parameter], held: dict[int, nn.Parameter]) -> None:
        lost = [
            parameter
            for key, parameter in trainable.items()
            if key in self._with_gradient and key not in held and parameter._version == self._versions.get(key)
        ]
        if lost:
            held_elsewhere = {key for other in living_optimizers() for key in _held_by(other)}
            lost = [parameter for parameter in lost if id(parameter) not in held_elsewhere]
        if not lost:
            return
        orphans = [key for key in held if key not in trainable and key not in self._with_gradient]
        orphans = [key for key in orphans if held[key].requires_grad]
        names = self._names(lost)
        if orphans:
            self.report(
                f"{len(lost)} parameters of the model get gradients but are in no optimizer, while an optimizer holds "
                f"{len(orphans)} that are not in the model (any more)",
                "build the optimizer after the model is complete: after layers are replaced, copied or wrapped",
                module=names[0],
                severity="error",
                not_held=", ".join(names[:4]),
            )
        elif len(lost) <= len(trainable) / 2:
            # an optimizer that holds only the smaller part was meant for it, as in fine-tuning a head
            self.report(
                f"{len(lost)} parameters of the model get gradients but are in no optimizer: they never learn",
                "give the optimizer model.parameters(), or freeze what is not meant to learn: requires_grad_(False)",
                module=names[0],
                not_held=", ".join(names[:4]),
            )

    def _judge_unreached(self, trainable: dict[int, nn.Parameter], held: dict[int, nn.Parameter]) -> None:
        cut_off = [
            parameter
            for key, parameter in trainable.items()
            if key in held and key in self._used and key not in self._with_gradient
        ]
        if cut_off:
            names = self._names(cut_off)
            self.report(
                f"{len(cut_off)} parameters are used by the model and held by an optimizer, but the loss never reaches "
                "them: they get no gradient",
                "look for detach(), no_grad(), .data, .item(), argmax or NumPy between these layers and the loss",
                module=names[0],
                without_gradient=", ".join(names[:4]),
            )

    def _judge_frozen(self, trainable: dict[int, nn.Parameter]) -> None:
        """Everything but the normalisation layers is frozen."""
        weights, norms = [], set()
        for root in self.session.roots:
            for module in root.inner.modules():
                own = list(module.parameters(recurse=False))
                if isinstance(module, _NORMS):
                    norms |= ids(own)
                elif isinstance(module, (nn.Linear, nn.modules.conv._ConvNd)):
                    weights += own
        if weights and trainable and set(trainable) <= norms and not any(weight.requires_grad for weight in weights):
            self.report(
                "only normalisation layers can learn: every weight of the linear and convolution layers is frozen",
                "set requires_grad_(True) on the layers that are meant to learn",
                frozen=len(weights),
                trainable=len(trainable),
            )

    def _names(self, parameters: Iterable[torch.Tensor]) -> list[str]:
        return [self.session.name(parameter) or "?" for parameter in parameters]


def _held_by(optimizer: torch.optim.Optimizer) -> set[int]:
    return {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}


def _slice(parameter: torch.Tensor) -> torch.Tensor:
    return parameter.detach().reshape(-1)[:SLICE]


def _slices(optimizer: TrackedOptimizer) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Copies of a few numbers of the smallest and largest parameters that have a gradient other than zero."""
    dense = [parameter for parameter in optimizer.parameters if parameter.grad is not None]
    dense = [parameter for parameter in dense if not parameter.grad.is_sparse and hasattr(parameter, "untyped_storage")]
    dense.sort(key=lambda parameter: parameter.numel())
    sampled = [*dense[:2], *dense[-4:]]
    moving = [parameter for parameter in sampled if bool(parameter.grad.reshape(-1)[:SLICE].any())]
    return [(parameter, _slice(parameter).clone()) for parameter in moving]
