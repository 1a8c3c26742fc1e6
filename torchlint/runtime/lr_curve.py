"""What a learning rate range test saw: losses by rate, and the rate that they suggest."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any

#: The losses are smoothed by a Gaussian of so many decades. It looks both ways, so that what it shows is not late, as
#: the running mean of other finders is: by some 50 steps, with the weight of 0.98 that they have.
WIDTH = 0.15
#: the share of all points at the begin that suggest nothing, since they are smoothed by half a neighbourhood
SKIPPED = 0.05
#: what the loss has to fall by, of where it began, before it says anything
FALL = 0.02
#: standard deviations of what is left after smoothing that it has to fall by
NOISE = 2.0
#: fewer points than this are no curve
POINTS = 10
#: rows of the table
ROWS = 16

RULE = "where the smoothed loss falls fastest per decade, before its lowest point"
SOURCE = "Smith, Cyclical Learning Rates for Training Neural Networks, 2017 (arXiv:1506.01186)"


class LearningRateCurve:
    """The outcome of `torchlint.lr_range_test`. Printed, it is a table."""

    def __init__(self, rates: Sequence[float], losses: Sequence[float], stopped: str) -> None:
        #: the learning rate of each step, and the loss before that step
        self.rates = tuple(rates)
        self.losses = tuple(losses)
        #: why the test ended
        self.stopped = stopped

    @cached_property
    def smoothed(self) -> tuple[float, ...]:
        """The losses without what batches differ by."""
        decades = [math.log10(rate) for rate in self.rates]
        smooth = []
        for here in decades:
            weights = [math.exp(-0.5 * ((other - here) / WIDTH) ** 2) for other in decades]
            smooth.append(sum(weight * loss for weight, loss in zip(weights, self.losses)) / sum(weights))
        return tuple(smooth)

    @cached_property
    def _lowest(self) -> int:
        return min(range(len(self.smoothed)), key=self.smoothed.__getitem__)

    @cached_property
    def _steepest(self) -> int | None:
        smooth = self.smoothed
        if len(smooth) < POINTS:
            return None
        fall = smooth[0] - smooth[self._lowest]
        before = range(self._lowest + 1)
        noise = math.sqrt(sum((self.losses[place] - smooth[place]) ** 2 for place in before) / len(before))
        if fall < max(FALL * abs(smooth[0]), NOISE * noise):
            return None
        first = max(1, round(SKIPPED * len(smooth)))
        slopes = {place: smooth[place + 1] - smooth[place - 1] for place in range(first, self._lowest)}
        return min(slopes, key=slopes.__getitem__) if slopes else None

    @property
    def suggestion(self) -> float | None:
        """The rate at which the smoothed loss falls fastest; None where it does not fall."""
        return None if self._steepest is None else self.rates[self._steepest]

    @property
    def largest(self) -> float | None:
        """The rate at which the smoothed loss is lowest: from there on a training gets worse."""
        return None if self._steepest is None else self.rates[self._lowest]

    @property
    def explanation(self) -> str:
        """What is suggested, by which rule, or why nothing is."""
        if self.suggestion is not None:
            return f"{self.suggestion:.2e}, {RULE}; above {self.largest:.2e} it gets worse. {SOURCE}"
        if len(self.losses) < POINTS:
            return f"none: {len(self.losses)} steps are too few; {self.stopped}"
        return "none: the loss does not fall at any rate, or no more than batches differ"

    def as_dict(self) -> dict[str, Any]:
        return {
            "suggestion": self.suggestion,
            "largest": self.largest,
            "rule": RULE,
            "source": SOURCE,
            "stopped": self.stopped,
            "rates": list(self.rates),
            "losses": list(self.losses),
            "smoothed": list(self.smoothed),
        }

    def to_json(self, indent: int | None = None) -> str:
        return json.dumps(self.as_dict(), indent=indent)

    def __str__(self) -> str:
        rows = [f"{'learning rate':>13}  {'loss':>10}  {'smoothed':>10}"]
        step = max(1, -(-len(self.rates) // ROWS))
        marks = {} if self._steepest is None else {self._lowest: "  <- lowest", self._steepest: "  <- falls fastest"}
        for place in sorted({*range(0, len(self.rates), step), *marks}):
            mark = marks.get(place, "")
            rows.append(f"{self.rates[place]:>13.2e}  {self.losses[place]:>10.4g}  {self.smoothed[place]:>10.4g}{mark}")
        return "\n".join([*rows, f"stopped: {self.stopped}", f"suggestion: {self.explanation}"])

    def __repr__(self) -> str:
        return f"<LearningRateCurve of {len(self.rates)} steps, suggestion: {self.suggestion}>"

    def plot(self, ax: Any = None) -> Any:
        """Draw the curve into a matplotlib axis, or a new one, and return it. Without matplotlib: `ImportError`."""
        if ax is None:
            try:
                from matplotlib import pyplot
            except ModuleNotFoundError as error:
                raise ImportError('plot() needs matplotlib: pip install "torchlint[plot]"') from error
            _, ax = pyplot.subplots()
        ax.plot(self.rates, self.losses, alpha=0.35, label="loss")
        ax.plot(self.rates, self.smoothed, label="smoothed")
        if self._steepest is not None:
            ax.axvline(self.rates[self._steepest], color="tab:green", linestyle="--", label=f"{self.suggestion:.2e}")
        ax.set_xscale("log")
        ax.set_xlabel("learning rate")
        ax.set_ylabel("loss")
        ax.legend()
        return ax
