"""What happens in a training, as the checks see it: a small stream of typed events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch.amp.grad_scaler import GradScaler
from torch.utils.data.distributed import DistributedSampler

if TYPE_CHECKING:
    from torchlint.runtime.graph import LossGraph
    from torchlint.runtime.layers import Sample
    from torchlint.runtime.models import Root
    from torchlint.runtime.optimizers import TrackedOptimizer


@dataclass(slots=True)
class Forward:
    """A guarded model is about to be called."""

    root: Root
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    #: the model's own mode bit
    training: bool
    grad_enabled: bool


@dataclass(slots=True)
class BackwardStart:
    """`backward()` was called; nothing has been computed yet, and the tensors saved in the graph are still there."""

    roots: Sequence[torch.Tensor]
    #: the loss, where it can be read without waiting for a device; before scaling, if a GradScaler scaled it
    loss: float | None
    #: a GradScaler made this loss
    scaled: bool
    #: called from inside an optimizer's step, by its closure
    in_closure: bool


@dataclass(slots=True)
class Graph:
    """The autograd graph that this `backward()` is going to walk was read: in the first backward passes only."""

    graph: LossGraph


@dataclass(slots=True)
class BackwardEnd:
    """`backward()` is done; gradients have been added."""


@dataclass(slots=True)
class StepStart:
    """An optimizer is about to step."""

    optimizer: TrackedOptimizer
    #: GradScaler.step is what calls it
    by_scaler: bool


@dataclass(slots=True)
class StepEnd:
    """An optimizer has stepped."""

    optimizer: TrackedOptimizer


@dataclass(slots=True)
class Measured:
    """Loss and gradient norm of a step: before the step on a CPU, a step later where reading would make a device wait.

    `loss` is None where no scalar loss was seen, `gradient_norm` where no gradient was there. Where clipping
    has computed the norm, it is that before clipping.
    """

    step: int
    optimizer: TrackedOptimizer
    loss: float | None
    gradient_norm: float | None
    #: GradScaler.step makes this step, and skips it where gradients are not finite
    by_scaler: bool
    #: read after the step that it belongs to
    late: bool


@dataclass(slots=True)
class Sampled:
    """A step was looked at layer by layer: in some of the first steps, and once in each closer look."""

    optimizer: TrackedOptimizer
    sample: Sample


@dataclass(slots=True)
class Clip:
    """Gradients are about to be clipped, to a norm or a value of `limit`."""

    gradients: Sequence[torch.Tensor]
    limit: float


@dataclass(slots=True)
class ScalerStep:
    """`GradScaler.step` has returned."""

    scaler: GradScaler
    #: how many of these calls in a row did not step, this one included
    skipped: int


@dataclass(slots=True)
class Epoch:
    """A DistributedSampler is asked for its order: an epoch begins."""

    sampler: DistributedSampler[Any]


@dataclass(slots=True)
class Operation:
    """A torch function was called from Python; in the first steps only."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    result: Any


@dataclass(slots=True)
class Close:
    """The guarded block ends. `failed` when an exception ends it."""

    failed: bool
