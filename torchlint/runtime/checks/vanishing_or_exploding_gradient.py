"""TLN504: the gradient shrinks or grows on its way back to the first layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Sampled
from torchlint.runtime.layers import LayerSample
from torchlint.runtime.optimizers import TrackedOptimizer

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

#: The first layer's gradient against the largest layer's. Healthy trainings (the 113 of benchmarks/faults) stay above
#: 1e-3, which is AutoTrainer's limit (ICSE'21).
VANISHED = 1e-6
#: The first layer's against the last one's; healthy trainings stay below 31, and AutoTrainer asks for 70.
EXPLODED = 1e4
#: samples in a row
SAMPLES = 3
#: from the first to the last of them, the share must not grow or shrink by this: a layer that starts at zero, at the
#: end of a branch, opens the way to the others while the learning rate warms up
STEADY = 3.0
#: fewer layers are no way that a gradient could get lost on
LAYERS = 3


class VanishingOrExplodingGradient(Check):
    """Compares the gradient norms of the layers with weights, in the order of the model."""

    code = "TLN504"
    severity = "warning"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._vanished: dict[TrackedOptimizer, list[float]] = {}
        self._exploded: dict[TrackedOptimizer, list[float]] = {}

    def forget(self, optimizer: TrackedOptimizer) -> None:
        self._vanished.pop(optimizer, None)
        self._exploded.pop(optimizer, None)

    def on_sampled(self, event: Sampled) -> None:
        layers = [layer for layer in event.sample.layers if layer.matrix and layer.gradient_norm is not None]
        norms = [layer.gradient_norm or 0.0 for layer in layers]
        # before the first step, layers that start at zero let nothing through
        if len(layers) < LAYERS or not event.sample.step or not 0 < max(norms) < float("inf"):
            return
        vanished = self._vanished.setdefault(event.optimizer, [])
        if _holds(vanished, norms[0] / max(norms), norms[0] < VANISHED * max(norms)) and _is_steady(vanished):
            self._tell_vanished(layers, norms)
        exploded = self._exploded.setdefault(event.optimizer, [])
        share = norms[0] / norms[-1] if norms[-1] else 0.0
        if _holds(exploded, share, share > EXPLODED) and _is_steady(exploded):
            self._tell_exploded(layers, norms)

    def _tell_vanished(self, layers: list[LayerSample], norms: list[float]) -> None:
        largest = layers[norms.index(max(norms))].layer
        self.report(
            f"the gradient vanishes on its way to {layers[0].layer}: its norm there is {norms[0]:.2g}, and "
            f"{max(norms):.2g} at {largest}",
            "look at the initialisation and at saturating activations (sigmoid, tanh); use normalisation layers or "
            "residual connections",
            module=layers[0].layer,
            first_gradient=norms[0],
            largest_gradient=max(norms),
            largest_at=largest,
            layers=len(layers),
        )

    def _tell_exploded(self, layers: list[LayerSample], norms: list[float]) -> None:
        self.report(
            f"the gradient explodes on its way to {layers[0].layer}: its norm there is {norms[0]:.2g}, and "
            f"{norms[-1]:.2g} at {layers[-1].layer}",
            "scale the initial weights down, use normalisation layers, and clip gradients (clip_grad_norm_)",
            module=layers[0].layer,
            first_gradient=norms[0],
            last_gradient=norms[-1],
            last_at=layers[-1].layer,
            layers=len(layers),
        )


def _holds(shares: list[float], share: float, is_wrong: bool) -> bool:
    """Keep the shares of samples in a row that are wrong; True where there are enough."""
    if not is_wrong:
        shares.clear()
        return False
    shares.append(share)
    del shares[:-SAMPLES]
    return len(shares) == SAMPLES


def _is_steady(shares: list[float]) -> bool:
    first, last = shares[0], shares[-1]
    return first / STEADY <= last <= first * STEADY
