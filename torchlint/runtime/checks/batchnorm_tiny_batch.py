"""TLN509: BatchNorm is trained on batches of a few samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Sampled

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

#: Wu and He (2018), ResNet-50 on ImageNet: an error of 24 % with 32 or 16 samples, 27 % with 4, 35 % with 2.
TINY = 4
#: samples in a row: the last batch of an epoch may be small
SAMPLES = 3


class BatchNormTinyBatch(Check):
    """By the input of the layers themselves, which in a detector or a sequence is not the model's."""

    code = "TLN509"
    severity = "warning"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._streaks: dict[str, int] = {}

    def on_sampled(self, event: Sampled) -> None:
        tiny = []
        for layer in event.sample.layers:
            if layer.normalised is not None:
                wrong = layer.normalised < TINY
                self._streaks[layer.layer] = self._streaks.get(layer.layer, 0) + 1 if wrong else 0
                if self._streaks[layer.layer] >= SAMPLES:
                    tiny.append(layer)
        if tiny:
            first = tiny[0]
            self.report(
                f"{first.layer} ({first.kind}) is trained on batches of {first.normalised}: their mean and variance "
                "are noise",
                "use larger batches, GroupNorm or LayerNorm, or SyncBatchNorm over several processes; accumulating "
                "gradients does not help",
                module=first.layer,
                samples=first.normalised,
                layers=len(tiny),
            )
            self.done()
