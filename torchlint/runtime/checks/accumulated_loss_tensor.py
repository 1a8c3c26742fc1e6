"""TLN107: the graphs of old losses are still alive."""

from __future__ import annotations

import weakref
from collections import deque
from typing import TYPE_CHECKING

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import BackwardStart
from torchlint.runtime.graph import Node

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

#: the first losses of this many steps before the current one must all be alive
WINDOW = 5
#: from the loss towards the output of the model
HOPS = 2
#: the bug shows at the start of a training or not at all
STEPS = 64


class _Token:
    """Lives as long as the graph that it was put into."""

    __slots__ = ("__weakref__",)


class AccumulatedLossTensor(Check):
    """Puts a token into the graph of each loss, and sees how many are left some steps later."""

    code = "TLN107"
    severity = "warning"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._tokens: deque[weakref.ref[_Token]] = deque(maxlen=WINDOW)
        self._last_step = -1

    def on_backward_start(self, event: BackwardStart) -> None:
        node, step = event.roots[0].grad_fn, self.session.step
        if node is None or step == self._last_step:
            # one loss of each step: a step may have several, and keep them all until the next
            return
        self._last_step = step
        alive = sum(token() is not None for token in self._tokens)
        if alive == WINDOW:
            self.report(
                f"the graphs of the losses of the last {alive} steps are all still alive: memory grows with every step",
                "add up numbers instead of tensors: total += loss.item(), or loss.detach() to stay on the device",
                graphs_alive=alive,
            )
        if step > STEPS or alive == WINDOW:
            self.done()
            return
        token = _Token()
        _below(node).metadata["torchlint"] = token
        self._tokens.append(weakref.ref(token))


def _below(node: Node) -> Node:
    """A node close to the model's output: it lives on also where the output is kept, and not the loss."""
    for _ in range(HOPS):
        inputs = [child for child, _ in node.next_functions if child is not None and not hasattr(child, "variable")]
        if not inputs:
            break
        node = inputs[0]
    return node
