"""TLN507: tanh and sigmoid of a hidden layer are at the ends of their range."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Sampled

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

#: The share of all numbers, as SageMaker Debugger and DeepDiagnosis have it; they judge outputs too, and alarm at
#: normal models. Healthy hidden layers stay below 10 %.
SATURATED = 0.5
#: samples in a row
SAMPLES = 3


class SaturatedActivations(Check):
    """Only hidden ones: at the output of a classifier or an autoencoder, the ends of the range are the aim."""

    code = "TLN507"
    severity = "warning"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._streaks: dict[str, int] = {}

    def on_sampled(self, event: Sampled) -> None:
        for layer in event.sample.layers:
            share = layer.saturated
            wrong = share is not None and share >= SATURATED
            self._streaks[layer.layer] = self._streaks.get(layer.layer, 0) + 1 if wrong else 0
            if self._streaks[layer.layer] >= SAMPLES:
                self.report(
                    f"the activations of {layer.layer} are saturated: {share:.0%} lie at the ends of the range of its "
                    "tanh or sigmoid, where no gradient passes",
                    "normalise the inputs, scale the initial weights down (xavier_uniform_), or put a normalisation "
                    "layer before the activation",
                    module=layer.layer,
                    saturated=share,
                )
                # the layers behind it follow
                self.done()
                return
