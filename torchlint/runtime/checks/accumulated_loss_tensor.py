"""TLN107: the graphs of old losses are still alive."""

from __future__ import annotations

import weakref
from collections import deque

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import BackwardStart

#: of this many losses before the current one ...
WINDOW = 8
#: ... so many must still be alive
ALIVE = 7
#: the bug shows at the start of a training or not at all
BACKWARDS = 64


class _Token:
    """Lives as long as the graph that it was put into."""

    __slots__ = ("__weakref__",)


class AccumulatedLossTensor(Check):
    """Puts a token into the graph of each loss, and sees how many are left some steps later."""

    code = "TLN107"
    severity = "warning"

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self._tokens: deque[weakref.ref[_Token]] = deque(maxlen=WINDOW)
        self._count = 0

    def on_backward_start(self, event: BackwardStart) -> None:
        node = event.roots[0].grad_fn
        if node is None:
            return
        alive = sum(token() is not None for token in self._tokens)
        if alive >= ALIVE:
            self.report(
                f"the graphs of {alive} of the last {len(self._tokens)} losses are still alive: "
                "memory grows with every step",
                "add up numbers instead of tensors: total += loss.item(), or loss.detach() to stay on the device",
                graphs_alive=alive,
            )
        self._count += 1
        if self._count > BACKWARDS or alive >= ALIVE:
            self.done()
            return
        token = _Token()
        node.metadata["torchlint"] = token
        self._tokens.append(weakref.ref(token))
