"""The evaluating forward passes whose operations are listened to, and those of what is counted after them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

from torchlint.runtime.listening import Listening
from torchlint.runtime.models import Root

#: forward passes without gradients after which the operations of an evaluation are listened to
EVALUATIONS = 4


class Evaluations:
    """Has the first evaluations listened to; `listen` begins that, where anybody wants to hear operations."""

    def __init__(self, listening: Listening, listen: Callable[[], None]) -> None:
        self._listening = listening
        self._listen = listen
        #: the model that is running in eval mode and without gradients, while operations are listened to
        self.running: Root | None = None
        #: forward passes without gradients that were listened to, after the first step
        self.heard = 0

    def starts(self, root: Root, step: int) -> None:
        """A forward pass without gradients starts, after so many steps."""
        if self.heard >= EVALUATIONS:
            self._listening.leave()
            return
        if step:
            self.heard += 1

        def after(module: nn.Module, args: Any, result: Any) -> None:
            handle.remove()
            self.running = None
            self._listen()

        handle = root.module.register_forward_hook(after, always_call=True)
        # in evaluation, attention takes another, faster way, but not under a mode: listen only between its calls
        if root.attention:
            self._listening.leave()
        else:
            self.running = None if root.module.training else root
            self._listen()
