"""How fast each layer learns beside the others, and which parameter groups that suggests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torchlint.runtime.layers import Sample

#: fewer samples of a layer say little: the first steps of an optimizer are not like the others
SAMPLES = 3
#: layers within this factor of the median learn alike; those of healthy networks lie within 30 of each other
ALIKE = 10.0
#: of fewer layers, none is the odd one out
LAYERS = 3


@dataclass(frozen=True, slots=True)
class LayerSpeed:
    """How far a step moves the weights of a layer, in the median of the samples."""

    layer: str
    optimizer: str
    #: against their size
    update_ratio: float
    #: against the median of all layers of the optimizer
    relative: float


def learning_speeds(samples: Iterable[Sample]) -> list[LayerSpeed]:
    """The layers with weights, the slowest first."""
    ratios: dict[tuple[str, str], list[float]] = defaultdict(list)
    for sample in samples:
        for layer in sample.layers:
            if layer.matrix and layer.update_ratio is not None and sample.learning_rate != 0:
                ratios[sample.optimizer, layer.layer].append(layer.update_ratio)
    return compared(ratios)


def compared(ratios: Mapping[tuple[str, str], Sequence[float]]) -> list[LayerSpeed]:
    """The same of the update ratios of each optimizer and layer."""
    medians = {key: median(values) for key, values in ratios.items() if len(values) >= SAMPLES}
    usual = {
        optimizer: median(value for (other, _), value in medians.items() if other == optimizer)
        for optimizer, _ in medians
    }
    speeds = [
        LayerSpeed(layer, optimizer, value, value / usual[optimizer])
        for (optimizer, layer), value in medians.items()
        if usual[optimizer] > 0
    ]
    return sorted(speeds, key=lambda speed: speed.relative)


def suggested_groups(speeds: list[LayerSpeed]) -> list[str]:
    """A sentence for the layers that learn far slower than most, and one for those that learn far faster."""
    if len(speeds) < LAYERS:
        return []
    slow = [speed for speed in speeds if speed.relative < 1 / ALIKE]
    fast = [speed for speed in speeds if speed.relative > ALIKE]
    return [
        _sentence(group, word, advice)
        for group, word, advice in (
            (slow, "slower", "give them a parameter group with a higher learning rate, or none if they are settled"),
            (fast, "faster", "give them a parameter group with a lower learning rate"),
        )
        if group
    ]


def _sentence(group: list[LayerSpeed], word: str, advice: str) -> str:
    names = ", ".join(speed.layer for speed in group[:4]) + (", ..." if len(group) > 4 else "")
    factor = median(speed.relative for speed in group)
    factor = 1 / factor if 0 < factor < 1 else factor
    far = f"{factor:.0f} times {word} than" if factor else "not at all, unlike"
    return f"{names}: learning {far} the median layer; {advice}."
