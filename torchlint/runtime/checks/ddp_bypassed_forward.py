"""TLN702: the model inside DistributedDataParallel is trained past its wrapper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch.distributed as dist

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Forward, Graph
from torchlint.runtime.models import Root
from torchlint.runtime.optimizers import ids

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

#: backward passes in a row
TIMES = 2


class DdpBypassedForward(Check):
    """A loss reaches the parameters of a wrapped model, and the wrapper was never called since the last one."""

    code = "TLN702"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._called: set[Root] = set()
        self._bypassed: dict[Root, int] = {}

    def on_forward(self, event: Forward) -> None:
        if event.grad_enabled:
            self._called.add(event.root)

    def on_graph(self, event: Graph) -> None:
        if not dist.is_available() or not dist.is_initialized() or dist.get_world_size() == 1:
            return
        reached = ids(event.graph.parameters)
        for root in self.session.roots:
            if type(root.module).__name__ != "DistributedDataParallel":
                continue
            if not any(id(parameter) in reached for parameter in root.inner.parameters()):
                continue
            # one call may serve several losses, so it counts for the whole of the first steps
            self._bypassed[root] = self._bypassed.get(root, 0) + 1 if root not in self._called else 0
            if self._bypassed[root] == TIMES:
                self.report(
                    "the model inside DistributedDataParallel is trained, and the wrapper is not called: gradients are "
                    "not exchanged and the replicas drift apart",
                    "call the wrapper itself: model(x), not model.module(x)",
                    module=root.label or None,
                    processes=dist.get_world_size(),
                )
