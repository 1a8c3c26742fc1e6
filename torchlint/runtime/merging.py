"""The findings of several ranks as one list: what several have found is told once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_NUMBER = re.compile(r"\d+(\.\d+)?(e[-+]?\d+)?")


def merged(found: Mapping[int, Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """The findings of each rank, as dicts: each once, with its `ranks`, the earliest first.

    Findings are the same if they say the same of the same place. The numbers in it may differ: each rank has its own
    batch. Shown are those of the lowest rank.
    """
    told: dict[tuple[Any, ...], dict[str, Any]] = {}
    for rank, findings in sorted(found.items()):
        times: Counter[tuple[Any, ...]] = Counter()
        for finding in findings:
            what = _what(finding)
            times[what] += 1
            one = told.setdefault((*what, times[what]), {**finding, "rank": rank, "ranks": []})
            one["ranks"].append(rank)
    return sorted(told.values(), key=lambda finding: (finding["step"], finding["rank"]))


def _what(finding: Mapping[str, Any]) -> tuple[Any, ...]:
    said = _NUMBER.sub("0", str(finding["message"]))
    return (*(finding[key] for key in ("code", "severity", "module", "line")), said)


def span(ranks: Iterable[int]) -> str:
    """Ranks as people write them: "rank 3", "ranks 0-3, 6"."""
    numbers = sorted(set(ranks))
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]
    return f"rank{'s' * (len(numbers) > 1)} {', '.join(parts)}"
