"""The processes that train together: which one this is."""

from __future__ import annotations

import os

import torch.distributed as dist


def place() -> tuple[int, int]:
    """The rank of this process, and how many there are: told by the process group, or before there is one, torchrun."""
    if dist.is_available() and dist.is_initialized():
        return dist.get_rank(), dist.get_world_size()
    rank, size = os.environ.get("RANK", ""), os.environ.get("WORLD_SIZE", "")
    return (int(rank), int(size)) if rank.isdecimal() and size.isdecimal() else (0, 1)


def own_rank() -> int | None:
    """None where this process is the only one."""
    rank, size = place()
    return rank if size > 1 else None
