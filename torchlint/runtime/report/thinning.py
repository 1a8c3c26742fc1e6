"""Lines of a million steps, drawn with a few thousand points that keep every peak."""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[int, float]

#: points of a line
POINTS = 3000
#: a line of fewer points is not smoothed
FEW = 40


def thinned(points: Sequence[Point], count: int = POINTS) -> list[Point]:
    """Of each of equal stretches the lowest and the highest point, and one that is no number, where there is one."""
    if len(points) <= count:
        return list(points)
    stretch = math.ceil(2 * len(points) / count)
    kept: list[Point] = []
    for start in range(0, len(points), stretch):
        part = points[start : start + stretch]
        numbers = [point for point in part if math.isfinite(point[1])]
        chosen = {next((point for point in part if not math.isfinite(point[1])), None)}
        if numbers:
            chosen |= {min(numbers, key=lambda point: point[1]), max(numbers, key=lambda point: point[1])}
        kept += sorted((point for point in chosen if point is not None), key=lambda point: point[0])
    return kept


def smoothed(points: Sequence[Point]) -> list[Point] | None:
    """The mean over a window around each point; None for lines that need none."""
    numbers = [point for point in points if math.isfinite(point[1])]
    if len(numbers) < FEW:
        return None
    half = max(2, len(numbers) // 50)
    sums = [0.0]
    for _, value in numbers:
        sums.append(sums[-1] + value)
    result = []
    for index, (step, _) in enumerate(numbers):
        # as far to the left as to the right, so that the ends are not drawn towards the middle
        reach = min(half, index, len(numbers) - 1 - index)
        start, stop = index - reach, index + reach + 1
        result.append((step, (sums[stop] - sums[start]) / (stop - start)))
    return result
