"""The logs of several ranks as one run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from torchlint.runtime.merging import merged, span
from torchlint.runtime.report.reading import NotAReport, RunReport, number, read, whole

#: nobody has more, whatever a log says
MANY = 100_000


def read_run(path: Path) -> RunReport:
    """Read a log, or where that is not there, those that the ranks of a training have written in its place.

    Raises `NotAReport` where nothing in one of them is of a run, and `OSError`.
    """
    files = {} if path.exists() else _files_of_ranks(path)
    if not files:
        return read(path)
    logs: dict[int, RunReport] = {}
    for rank, file in sorted(files.items()):
        try:
            logs[rank] = read(file)
        except NotAReport:
            # it died before it had written anything
            continue
    if not logs:
        raise NotAReport("none of the logs of its ranks is one of a guarded run")
    size = whole(logs[min(logs)].head.get("ranks")) or 0
    # there may be others, of a former run that had more ranks
    own = {rank: log for rank, log in logs.items() if rank < size}
    return joined(own, min(size, MANY)) if own else joined(logs, 0)


def _files_of_ranks(path: Path) -> dict[int, Path]:
    pattern = re.compile(re.escape(path.stem) + r"\.rank(\d+)" + re.escape(path.suffix))
    files = path.parent.iterdir() if path.parent.is_dir() else ()
    return {int(match[1]): file for file in files if (match := pattern.fullmatch(file.name))}


def joined(logs: Mapping[int, RunReport], size: int) -> RunReport:
    """One report of the logs of some of `size` ranks."""
    first = logs[min(logs)]
    report = RunReport(first.head, steps=first.steps, ranks=dict(logs))
    for log in logs.values():
        report.models = {**log.models, **report.models}
        report.guessing = {**log.guessing, **report.guessing}
        for step, layers in log.layers.items():
            # replicas have the same; parts of one model have their own
            report.layers[step] = {**layers, **report.layers.get(step, {})}
    report.findings = merged({rank: log.findings for rank, log in logs.items()})
    report.notes = [f"{span([rank]).capitalize()}: {note}" for rank, log in logs.items() for note in log.notes]
    missing = set(range(size)) - set(logs)
    if missing:
        report.notes.append(f"There is no log of {span(missing)}.")
    report.end = _end(logs)
    return report


def _end(logs: Mapping[int, RunReport]) -> dict[str, object] | None:
    ends = [log.end for log in logs.values() if log.end is not None]
    if not ends:
        return None
    seconds = [seconds for end in ends if (seconds := number(end.get("seconds"))) is not None]
    by_ending: dict[str, list[int]] = {}
    for rank, log in logs.items():
        if log.end is not None and log.end.get("error"):
            by_ending.setdefault(str(log.end["error"]), []).append(rank)
    return {
        "steps": max(log.step_count for log in logs.values()),
        "seconds": max(seconds, default=None),
        "error": ", ".join(f"{error} ({span(ranks)})" for error, ranks in by_ending.items()) or None,
    }
