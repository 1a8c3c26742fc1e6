"""What a report says beside the findings: where the learning rate jumps up, and how fast each layer learns."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from torchlint.runtime.report.reading import RunReport, finite
from torchlint.runtime.speeds import LayerSpeed, compared

#: the learning rate grows by more than this from one step to the next
JUMP = 10.0
#: jumps that are told
SHOWN = 8


class Jump(NamedTuple):
    """No finding: a restart, or a warm-up by epochs, looks the same as a schedule that went wrong."""

    step: int
    before: float
    after: float

    def __str__(self) -> str:
        factor = self.after / self.before
        return f"from {self.before:.3g} to {self.after:.3g} ({factor:.3g} times) at step {self.step}"


def jumps(report: RunReport) -> list[Jump]:
    """The first ones, those of several ranks once."""
    found: dict[Jump, None] = {}
    for records in report.series.values():
        rates = [(record.step, record.learning_rate) for record in records if record.learning_rate is not None]
        for (_, before), (step, after) in pairwise(rates):
            # one that begins at zero has to rise
            if before > 0 and len(finite([before, after])) == 2 and after > JUMP * before:
                found[Jump(step, before, after)] = None
    return sorted(found)[:SHOWN]


def remarks(report: RunReport) -> list[str]:
    """What is worth a look, and no finding."""
    told = "; ".join(map(str, jumps(report)))
    return [f"The learning rate jumps {told}. Look whether a restart or a warm-up is meant there."] if told else []


def layer_speeds(report: RunReport) -> list[LayerSpeed]:
    """As `guard.learning_speeds()` tells them, but all optimizers together, the slowest first."""
    ratios: dict[tuple[str, str], list[float]] = {}
    for layers in report.layers.values():
        for path, numbers in layers.items():
            ratios.setdefault(("", path), []).extend(finite([numbers.get("update_ratio")]))
    return compared(ratios)
