"""TLN706: all ranks of DistributedDataParallel are trained on the same batches."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import torch

from torchlint.runtime.board import Board, open_board
from torchlint.runtime.checks._replicas import replicas
from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Forward, StepEnd
from torchlint.runtime.models import Root
from torchlint.runtime.operations import is_data, tensors_in

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

#: batches in a row that are the same on all ranks, each unlike the one before: no matter of chance
STEPS = 4
#: the bug shows at the start of a training or not at all
LAST = 16
#: numbers of each input that are compared, spread over all of it
NUMBERS = 4096
#: what is smaller tells no batches apart: a number of the step, say
SMALL = 16


class RanksShareData(Check):
    """Each rank leaves a digest of its inputs on a board; the first one reads those of all, a step later.

    No collective, and no waiting: the exchange of gradients has made all ranks come by in between.
    """

    code = "TLN706"
    severity = "warning"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        #: what the models were first called with since the last step; None where not all of it can be looked at
        self._inputs: dict[Root, int | None] = {}
        self._digests: list[int | None] = []
        self._streak = 0

    @cached_property
    def _board(self) -> Board | None:
        return open_board("data")

    def on_forward(self, event: Forward) -> None:
        if event.training and event.grad_enabled and not self.session.in_step and event.root not in self._inputs:
            if event.root in replicas(self.session.roots)[0]:
                self._inputs[event.root] = _digest((event.args, event.kwargs))

    def on_step_end(self, event: StepEnd) -> None:
        ranks = replicas(self.session.roots)[1]
        if self._board is None or len(self._digests) >= LAST or not ranks:
            self.done()
            return
        digests, self._inputs = list(self._inputs.values()), {}
        digest = None if None in digests or not digests else hash(tuple(digests))
        number = len(self._digests)
        self._board.leave(_topic(number), digest)
        self._board.take_down(_topic(number - 2))
        if self._board.rank == ranks[0] and number:
            self._compare(self._board, number - 1, ranks[1:])
        self._digests.append(digest)

    def _compare(self, board: Board, number: int, others: list[int]) -> None:
        own = self._digests[number]
        changes = own is not None and own not in self._digests[:number]
        same = changes and all(board.read(_topic(number), rank) == own for rank in others)
        self._streak = self._streak + 1 if same else 0
        if self._streak == STEPS:
            self.report(
                f"all {1 + len(others)} ranks are trained on the same batches, {STEPS} times in a row: the gradient is "
                "an average of copies, and more ranks change nothing",
                "give the loader sampler=DistributedSampler(dataset); where batches are drawn at random, "
                "let the seed depend on the rank",
                ranks=1 + len(others),
                steps=STEPS,
            )
            self.done()


def _topic(number: int) -> str:
    return f"batch {number}"


def _digest(arguments: Any) -> int | None:
    """A digest of some numbers of each tensor; None where they are not all that the model gets."""
    tensors = list(tensors_in(arguments))
    if not _is_plain(arguments) or not all(map(is_data, tensors)) or not any(t.numel() >= SMALL for t in tensors):
        return None
    digest = 0
    for tensor in tensors:
        flat = tensor.detach().reshape(-1)
        part = flat[:: -(-flat.numel() // NUMBERS)].contiguous()
        digest = zlib.crc32(bytes(part.view(torch.uint8).tolist()), digest)
    return digest


def _is_plain(arguments: Any) -> bool:
    """Whether there is nothing but tensors in it, and what tells nothing of the data."""
    if isinstance(arguments, Mapping):
        return all(map(_is_plain, arguments.values()))
    if isinstance(arguments, (list, tuple)):
        return all(map(_is_plain, arguments))
    return arguments is None or isinstance(arguments, (torch.Tensor, bool, int, float, str))
