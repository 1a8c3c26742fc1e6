"""The processes that torchrun starts on a machine."""

from __future__ import annotations

import os
from pathlib import Path


def local_world() -> tuple[int, int]:
    """How many processes torchrun started on this machine, and which one this is."""
    return int(os.environ.get("LOCAL_WORLD_SIZE", "1")), int(os.environ.get("LOCAL_RANK", "0"))


def own_report(path: Path) -> Path:
    """The report of this rank: ranks must not write over each other's."""
    size, rank = local_world()
    return path if size == 1 else path.with_name(f"{path.stem}.rank{rank}{path.suffix}")
