"""TLN108: parameters that should learn and do not.

No optimizer holds them, no gradient reaches them, or no step moves them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn.modules.batchnorm import _NormBase

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Forward, Graph, Operation, StepEnd, StepStart
from torchlint.runtime.norms import plain
from torchlint.runtime.operations import tensors_in
from torchlint.runtime.optimizers import TrackedOptimizer, ids, living_optimizers

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

#: the sets are first judged after this many steps, then after twice as many, and so on
STEPS = 5
#: numbers of a parameter that are compared before and after a step
SLICE = 256
#: steps in a row that changed nothing
UNCHANGED = 2

_NORMS = (_NormBase, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)

#: functions that use weights, as far as their names tell
_LAYERS = ("linear", "conv", "embedding", "norm", "matmul", "__matmul__", "mm", "bmm", "einsum", "lstm", "gru")


@dataclass(slots=True)
class _Snapshot:
    """A few numbers of an optimizer's parameters before a step."""

    slices: list[tuple[torch.Tensor, torch.Tensor]]
    rate: float | None
    #: steps in a row that left them as they were, and steps with a learning rate of zero
    unchanged: int = 0
    without_rate: int = 0


class OptimizerMissesParameters(Check):
    """Compares four sets of parameters over the first steps: in the model, used, with a gradient, in an optimizer."""

    code = "TLN108"
    severity = "warning"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._with_gradient: dict[int, torch.Tensor] = {}
        #: where the numbers of used parameters lie: `weight.data` lies there too
        self._used: set[int] = set()
        self._training_forward = False
        self._versions: dict[int, int] = {}
        self._used_without_gradient: set[int] = set()
        #: before the last step, by optimizer
        self._last: dict[TrackedOptimizer, _Snapshot] = {}
        self._judge_at = STEPS

    def forget(self, optimizer: TrackedOptimizer) -> None:
        self._last.pop(optimizer, None)

    # --------------------------------------------------------------- what is seen

    def on_forward(self, event: Forward) -> None:
        self._training_forward = event.grad_enabled

    def on_graph(self, event: Graph) -> None:
        self._with_gradient |= {id(parameter): parameter for parameter in event.graph.parameters}
        for parameter in event.graph.parameters:
            self._versions.setdefault(id(parameter), parameter._version)

    def on_operation(self, event: Operation) -> None:
        # under no_grad inside a training forward as well, but not in an evaluation or an optimizer
        name = getattr(event.function, "__name__", "")
        if self._training_forward and any(layer in name for layer in _LAYERS):
            used = self._used if torch.is_grad_enabled() else self._used_without_gradient
            used |= {tensor.data_ptr() for tensor in tensors_in((event.args, event.kwargs)) if _has_data(tensor)}

    def on_step_start(self, event: StepStart) -> None:
        optimizer = event.optimizer
        early = optimizer.steps < STEPS
        if early or optimizer.steps + 1 >= self._judge_at:
            self._with_gradient |= {
                id(parameter): parameter for parameter in optimizer.parameters if parameter.grad is not None
            }
        if early and not optimizer.closure and not optimizer.skips:
            self._judge_change(optimizer)

    def on_step_end(self, event: StepEnd) -> None:
        if event.optimizer.steps + 1 >= self._judge_at and self.session.step + 1 >= self._judge_at:
            self._judge_sets(first=self._judge_at == STEPS)
            self._judge_at *= 2

    # ----------------------------------------------------------------- judgements

    def _judge_change(self, optimizer: TrackedOptimizer) -> None:
        """Numbers that are the same, to the bit, before one step and before the next, though there were gradients."""
        last = self._last.get(optimizer)
        now = self._last[optimizer] = _Snapshot(_slices(optimizer), max(optimizer.learning_rates, default=None))
        if last is None or not last.slices:
            return
        moved = any(not torch.equal(_slice(parameter), then) for parameter, then in last.slices)
        now.unchanged = 0 if moved or last.rate == 0 else last.unchanged + 1
        now.without_rate = last.without_rate + 1 if last.rate == 0 else 0
        if now.without_rate == STEPS - 1:
            # a warm-up may start from zero, but not for long
            self.report(
                f"the learning rate of {optimizer.label} has been zero for {STEPS} steps: nothing is learnt",
                "look at the schedule: is it stepped, and is the warm-up counted in steps or in epochs?",
            )
        elif now.unchanged >= UNCHANGED:
            self.report(
                f"the steps of {optimizer.label} change nothing: parameters with gradients are the same, to the bit, "
                "from one step to the next",
                "look at the learning rate (is it below the precision of the weights?), at what the optimizer holds, "
                "and at anything that writes the old weights back",
                severity="error",
                learning_rate=last.rate,
                parameter=self.session.name(last.slices[0][0]),
            )

    def _judge_sets(self, first: bool) -> None:
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
        self._with_gradient |= {key: parameter for key, parameter in trainable.items() if parameter.grad is not None}
        for key, parameter in trainable.items():
            self._versions.setdefault(key, parameter._version)
        self._judge_lost(trainable, held)
        if first:
            self._judge_unreached(trainable, held)
            self._judge_frozen(trainable)

    def _judge_lost(self, trainable: dict[int, nn.Parameter], held: dict[int, nn.Parameter]) -> None:
        lost = [
            parameter
            for key, parameter in trainable.items()
            if key in self._with_gradient and key not in held and parameter._version == self._versions[key]
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
        silent = [parameter for key, parameter in trainable.items() if key in held and key not in self._with_gradient]
        cut_off = [parameter for parameter in silent if parameter.data_ptr() in self._used]
        without = [parameter for parameter in silent if parameter.data_ptr() in self._used_without_gradient]
        learning = Counter(parameter.shape for key, parameter in trainable.items() if key in self._with_gradient)
        if Counter(parameter.shape for parameter in without) - learning:
            # else it is the twin of a part that learns: a teacher or a target network
            cut_off += without
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


def _has_data(tensor: torch.Tensor) -> bool:
    return tensor.is_leaf and tensor.layout is torch.strided and type(tensor) in (torch.Tensor, nn.Parameter)


def _slice(tensor: torch.Tensor) -> torch.Tensor:
    """The first numbers, of this rank's part."""
    return plain(tensor.detach()).reshape(-1)[:SLICE]


def _slices(optimizer: TrackedOptimizer) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Copies of a few numbers of the smallest and largest parameters that have a gradient other than zero."""
    dense = [parameter for parameter in optimizer.parameters if parameter.grad is not None]
    dense = [parameter for parameter in dense if not parameter.grad.is_sparse and hasattr(parameter, "untyped_storage")]
    dense.sort(key=lambda parameter: parameter.numel())
    sampled = [*dense[:2], *dense[-4:]]
    moving = [parameter for parameter in sampled if bool(_slice(parameter.grad).any())]
    return [(parameter, _slice(parameter).clone()) for parameter in moving]
