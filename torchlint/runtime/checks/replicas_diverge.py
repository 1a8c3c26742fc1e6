"""TLN703: the weights of a model in DistributedDataParallel differ between the ranks."""

from __future__ import annotations

import math
from collections import deque
from functools import cached_property
from typing import TYPE_CHECKING

from torchlint.runtime.board import Board, open_board
from torchlint.runtime.checks._replicas import replicas
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
#: notes of a rank that stay there
KEPT = 4

Note = dict[str, float]


class ReplicasDiverge(Check):
    """Each rank leaves the norms of its layers on a board, and reads those of the first rank.

    No collective: a rank that died, or goes another way, must not make the others wait.
    """

    code = "TLN703"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        #: by step: what was left there and not compared yet
        self._notes: dict[int, Note] = {}
        #: those that have copies of the model
        self._ranks: list[int] = []
        #: steps whose notes of ours are on the board
        self._left: deque[int] = deque()
        self._streak = 0

    @cached_property
    def _board(self) -> Board | None:
        return open_board("replicas")

    def on_sampled(self, event: Sampled) -> None:
        roots, self._ranks = replicas(self.session.roots)
        if not roots or self._board is None:
            return
        replicated = {root.path(name) for root in roots for name, _ in root.inner.named_modules()}
        layers = [layer for layer in event.sample.layers if layer.layer in replicated]
        layers = layers[:: -(-len(layers) // LAYERS) or 1]
        note = {layer.layer: layer.weight_norm for layer in layers if layer.weight_norm is not None}
        step = event.sample.step
        if note and step not in self._notes:
            self._notes[step] = note
            self._board.leave(_topic(step), note)
            self._left.append(step)
            if len(self._left) > KEPT:
                old = self._left.popleft()
                self._notes.pop(old, None)
                self._board.take_down(_topic(old))

    def on_step_end(self, event: StepEnd) -> None:
        # a step later at the earliest: the exchange of gradients has made all ranks come by
        for step in [step for step in self._notes if step < self.session.step]:
            if self._board is None or self._board.rank not in self._ranks:
                return
            other = self._ranks[int(self._board.rank == self._ranks[0])]
            note = self._board.read(_topic(step), other)
            if note is not None:
                self._compare(self._notes.pop(step), note, self._board.rank, other)

    def _compare(self, own: Note, others: Note, rank: int, other: int) -> None:
        different = [
            layer
            for layer, norm in own.items()
            if layer in others and not math.isclose(norm, others[layer], rel_tol=DIFFERENT, abs_tol=DIFFERENT)
        ]
        self._streak = self._streak + 1 if different else 0
        if self._streak == SAMPLES:
            layer = different[0]
            self.report(
                f"the weights of {layer} differ between rank {rank} and rank {other}: the replicas drift apart",
                "load weights before the model is wrapped in DistributedDataParallel, or on all ranks; call the "
                "wrapper and not model.module",
                module=layer,
                norm_here=own[layer],
                norm_there=others[layer],
                layers=len(different),
            )
            self.done()


def _topic(step: int) -> str:
    return f"step {step}"
