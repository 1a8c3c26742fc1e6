"""The copies of a model that DistributedDataParallel keeps equal, for the checks that compare them."""

from __future__ import annotations

from collections.abc import Iterable

import torch.distributed as dist

from torchlint.runtime.models import Root


def replicas(roots: Iterable[Root]) -> tuple[list[Root], list[int]]:
    """The models in DistributedDataParallel, and the ranks that each have a copy: none, where there is but one copy.

    Of several groups of ranks only those that have copies of the first model count.
    """
    if not dist.is_available() or not dist.is_initialized():
        return [], []
    wrapped = [root for root in roots if type(root.module).__name__ == "DistributedDataParallel"]
    if not wrapped:
        return [], []
    ranks = _ranks(wrapped[0])
    return ([root for root in wrapped if _ranks(root) == ranks], ranks) if len(ranks) > 1 else ([], [])


def _ranks(root: Root) -> list[int]:
    group = getattr(root.module, "process_group", None)
    return sorted(dist.get_process_group_ranks(group or dist.group.WORLD))
