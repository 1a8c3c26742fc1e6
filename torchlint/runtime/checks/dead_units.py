"""TLN505: behind a ReLU, the units of a layer are zero for the whole batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Sampled

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

#: The share of a layer's units. Healthy layers were seen to reach 64 %; SageMaker Debugger's 50 % and
#: DeepDiagnosis' 70 % alarm at normal models.
DEAD = 0.98
#: samples in a row
SAMPLES = 2


class DeadUnits(Check):
    """The share is that of the samples: over at least 8 units and 16 rows."""

    code = "TLN505"
    severity = "warning"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._streaks: dict[str, int] = {}

    def on_sampled(self, event: Sampled) -> None:
        dead = []
        for layer in event.sample.layers:
            wrong = layer.dead is not None and layer.dead >= DEAD
            self._streaks[layer.layer] = self._streaks.get(layer.layer, 0) + 1 if wrong else 0
            if self._streaks[layer.layer] >= SAMPLES:
                dead.append(layer)
        if dead:
            first, share = dead[0], dead[0].dead or 0.0
            self.report(
                f"the units of {first.layer} are dead: behind its ReLU, {share:.0%} are zero for the whole batch",
                "look at biases, at the initialisation and at the scale of the inputs; lower the learning rate; "
                "LeakyReLU or GELU let a unit come back",
                module=first.layer,
                dead=share,
                layers=", ".join(layer.layer for layer in dead[:4]),
            )
            # the layers behind a dead one are dead because of it
            self.done()
