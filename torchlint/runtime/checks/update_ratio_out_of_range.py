"""TLN506: a step replaces the weights, or is lost beside them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from statistics import median_low
from typing import TYPE_CHECKING

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Sampled
from torchlint.runtime.layers import LayerSample
from torchlint.runtime.optimizers import TrackedOptimizer

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

#: Healthy trainings lie between 3.5e-5 and 1.1e-2 once they are under way, and 1e-3 is Karpathy's rule of thumb;
#: the limits leave room for fine-tuning and for small models.
LARGE, SMALL = 0.5, 1e-8
#: samples in a row
LARGE_SAMPLES, SMALL_SAMPLES = 2, 3
#: gradients below this share of the weights ask for no step: the loss is at its minimum
CONVERGED = 1e-5
#: a learning rate below this share of its highest was scheduled down
DECAYED = 0.01


@dataclass(slots=True)
class _Trace:
    #: layers that started at zero, and so grow by a large part of what they are
    from_zero: set[str] = field(default_factory=set)
    large: int = 0
    small: int = 0
    highest_rate: float = 0.0
    last_rate: float = 0.0


class UpdateRatioOutOfRange(Check):
    """By the median of the layers with weights for large steps, by the largest of them for small ones."""

    code = "TLN506"
    severity = "warning"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._traces: dict[TrackedOptimizer, _Trace] = {}

    def forget(self, optimizer: TrackedOptimizer) -> None:
        self._traces.pop(optimizer, None)

    def on_sampled(self, event: Sampled) -> None:
        sample = event.sample
        trace = self._traces.setdefault(event.optimizer, _Trace())
        trace.from_zero |= {layer.layer for layer in sample.layers if layer.update_ratio is None}
        ratios = {
            layer.layer: layer.update_ratio
            for layer in sample.layers
            if layer.matrix and layer.gradient_norm and layer.update_ratio is not None
        }
        rate = sample.learning_rate
        if not ratios or rate == 0 or not all(map(math.isfinite, ratios.values())):
            return
        grown = [ratio for layer, ratio in ratios.items() if layer not in trace.from_zero]
        large = median_low(grown) if grown else 0.0
        trace.large = trace.large + 1 if large > LARGE else 0
        if trace.large == LARGE_SAMPLES:
            self._tell(event, large, "a step moves the weights by {:.2g} of their size: it replaces them", "lower")
        # where only some layers stand still, their gradients vanish, and the rate is not to blame
        small = max(ratios.values())
        judged = rate is None or (trace.last_rate in (0.0, rate) and rate >= DECAYED * trace.highest_rate)
        judged = judged and any(_asks_for_a_step(layer) for layer in sample.layers)
        trace.small = trace.small + 1 if small < SMALL and judged else 0
        if trace.small == SMALL_SAMPLES:
            self._tell(
                event, small, "a step moves the weights by {:.2g} of their size: it is lost beside them", "raise"
            )
        if rate is not None:
            trace.last_rate, trace.highest_rate = rate, max(rate, trace.highest_rate)

    def _tell(self, event: Sampled, ratio: float, message: str, advice: str) -> None:
        self.report(
            message.format(ratio),
            f"{advice} the learning rate; about 1e-3 is usual, and torchlint.lr_range_test looks for a good one",
            update_ratio=ratio,
            learning_rate=event.sample.learning_rate,
            optimizer=event.sample.optimizer,
        )


def _asks_for_a_step(layer: LayerSample) -> bool:
    return layer.matrix and (layer.gradient_norm or 0.0) > CONVERGED * (layer.weight_norm or 0.0)
