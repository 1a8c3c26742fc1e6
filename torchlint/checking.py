"""Files in, findings out: from the cache where it knows them, linted otherwise."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from torchlint.cache import Cache
from torchlint.cache.verdicts import Memory, memory_of

if TYPE_CHECKING:
    from torchlint.config import Config
    from torchlint.files import Target
    from torchlint.findings import Finding
    from torchlint.linter import Answer


@dataclass(frozen=True)
class Means:
    """What is used to find out; it changes how long that takes, never what is found."""

    jobs: int | None = None
    cached: bool = True
    #: where the cache is, None for its usual place in the project
    cache_folder: Path | None = None

    def memory(self, root: Path) -> Memory:
        """What is remembered of the patterns that apply in a project."""
        return memory_of(root, self.cache_folder) if self.cached else Memory()


def check(targets: Sequence[Target], config: Config, means: Means) -> list[Finding]:
    """The findings in files, sorted."""
    caches: dict[Path, Cache] = {}
    if means.cached:
        caches = {root: Cache(root, config, means.cache_folder) for root in {target.root for target in targets}}
    findings: list[Finding] = []
    unknown: list[Target] = []
    for target in targets:
        known = caches[target.root].get(target) if means.cached else None
        if known is None:
            unknown.append(target)
        else:
            findings += known
    try:
        if unknown:
            findings += _lint(unknown, config, means.jobs, caches)
    finally:
        # also after Ctrl-C: what is known by then need not be found out again
        for cache in caches.values():
            cache.save()
    return sorted(findings, key=lambda finding: finding.sort_key)


def _lint(targets: list[Target], config: Config, jobs: int | None, caches: dict[Path, Cache]) -> Iterator[Finding]:
    from torchlint.workers import job_count, lint_targets

    answers = lint_targets(targets, config, job_count(jobs, len(targets)))
    for target, answer in zip(targets, _with_progress(answers, targets), strict=True):
        if target.root in caches:
            caches[target.root].put(target, answer)
        yield from answer.findings


def _with_progress(answers: Iterator[Answer], targets: list[Target]) -> Iterator[Answer]:
    """The same, with a progress bar on a terminal when there is much to do."""
    from torchlint.workers import ENOUGH_FILES

    if len(targets) <= ENOUGH_FILES or not sys.stderr.isatty():
        return answers
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    return iter(track(answers, "Linting", len(targets), console=console, transient=True))
