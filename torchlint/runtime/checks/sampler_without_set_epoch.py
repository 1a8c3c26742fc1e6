"""TLN701: a DistributedSampler shuffles each epoch in the same way."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch.utils.data.distributed import DistributedSampler

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import BackwardStart, Epoch, Forward

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

#: epochs of training in a row; the second one may be the first that counts, after a search for a learning rate
EPOCHS = 3


@dataclass(slots=True)
class _Trace:
    sampler: weakref.ref[DistributedSampler[object]]
    #: the number that the order is drawn from, and how many epochs of training in a row had it
    epoch: int
    same: int = 0


class SamplerWithoutSetEpoch(Check):
    """An epoch counts if a backward pass follows before the next: the order of an evaluation does not matter."""

    code = "TLN701"
    #: an exact fact, but no reason to end a training in its third epoch
    severity = "warning"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._traces: dict[int, _Trace] = {}
        #: began since the last backward pass or evaluation
        self._begun: dict[int, DistributedSampler[object]] = {}

    def on_epoch(self, event: Epoch) -> None:
        if event.sampler.shuffle:
            self._begun[id(event.sampler)] = event.sampler

    def on_forward(self, event: Forward) -> None:
        if not event.grad_enabled:
            # an evaluation has its own sampler
            self._begun.clear()

    def on_backward_start(self, event: BackwardStart) -> None:
        if not self._begun:
            return
        begun, self._begun = self._begun, {}
        for key, sampler in begun.items():
            trace = self._traces.get(key)
            if trace is None or trace.sampler() is not sampler:
                trace = self._traces[key] = _Trace(weakref.ref(sampler), sampler.epoch)
            trace.same = trace.same + 1 if sampler.epoch == trace.epoch else 1
            trace.epoch = sampler.epoch
            if trace.same == EPOCHS:
                self._tell(sampler)

    def _tell(self, sampler: DistributedSampler[object]) -> None:
        self.report(
            f"the DistributedSampler has shuffled {EPOCHS} epochs in the same way: its set_epoch is not called",
            "call sampler.set_epoch(epoch) before each epoch",
            epoch=sampler.epoch,
            replicas=sampler.num_replicas,
        )
