"""TLN703: the weights of a model in DistributedDataParallel differ between the ranks."""

from __future__ import annotations

import json
import math
from collections import deque
from typing import TYPE_CHECKING, Any

import torch.distributed as dist

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Sampled, StepEnd

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

#: Relative. Replicas are equal to the bit where all machines are of one kind; a wrapper that was bypassed for a few
#: steps makes a thousandth or more.
DIFFERENT = 1e-6
#: samples in a row
SAMPLES = 2
#: layers of which a note tells: a big model must not fill the store
LAYERS = 64
#: notes of a rank that stay in the store
KEPT = 4

Note = dict[str, float]


class ReplicasDiverge(Check):
    """Each rank leaves the norms of its layers in the store of the process group, and reads those of rank 0.

    No collective: a rank that died, or goes another way, must not make the others wait.
    """

    code = "TLN703"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        #: by step: what was left there and not compared yet
        self._notes: dict[int, Note] = {}
        #: steps whose notes of ours are in the store
        self._left: deque[int] = deque()
        self._streak = 0

    def on_sampled(self, event: Sampled) -> None:
        if not dist.is_available() or not dist.is_initialized() or dist.get_world_size() == 1:
            return
        replicated = self._replicated()
        layers = [layer for layer in event.sample.layers if layer.layer in replicated]
        layers = layers[:: -(-len(layers) // LAYERS) or 1]
        note = {layer.layer: layer.weight_norm for layer in layers if layer.weight_norm is not None}
        step = event.sample.step
        if note and step not in self._notes:
            self._notes[step] = note
            store = _store()
            store.set(_key(step, dist.get_rank()), json.dumps(note))
            self._left.append(step)
            if len(self._left) > KEPT:
                old = self._left.popleft()
                self._notes.pop(old, None)
                store.delete_key(_key(old, dist.get_rank()))

    def _replicated(self) -> set[str]:
        """The paths of the layers that DistributedDataParallel keeps equal."""
        wrapped = [root for root in self.session.roots if type(root.module).__name__ == "DistributedDataParallel"]
        return {root.path(name) for root in wrapped for name, _ in root.inner.named_modules()}

    def on_step_end(self, event: StepEnd) -> None:
        # a step later at the earliest: the exchange of gradients has made all ranks come by
        for step in [step for step in self._notes if step < self.session.step]:
            other = dist.get_rank() == 0
            key = _key(step, int(other))
            store = _store()
            if store.check([key]):
                self._compare(self._notes.pop(step), json.loads(store.get(key)), int(other))

    def _compare(self, own: Note, others: Note, rank: int) -> None:
        different = [
            layer
            for layer, norm in own.items()
            if layer in others and not math.isclose(norm, others[layer], rel_tol=DIFFERENT, abs_tol=DIFFERENT)
        ]
        self._streak = self._streak + 1 if different else 0
        if self._streak == SAMPLES:
            layer = different[0]
            self.report(
                f"the weights of {layer} differ between rank {dist.get_rank()} and rank {rank}: the replicas drift "
                "apart",
                "load weights before the model is wrapped in DistributedDataParallel, or on all ranks; call the "
                "wrapper and not model.module",
                module=layer,
                norm_here=own[layer],
                norm_there=others[layer],
                layers=len(different),
            )
            self.done()


def _key(step: int, rank: int) -> str:
    return f"torchlint/replicas/{step}/{rank}"


def _store() -> Any:
    from torch.distributed.distributed_c10d import _get_default_store

    return _get_default_store()
