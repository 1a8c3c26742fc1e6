"""What a GradScaler does to losses, gradients and steps."""

from __future__ import annotations

from collections import deque
from typing import Any

import torch
from torch.amp.grad_scaler import GradScaler
from torch.optim.optimizer import Optimizer

from torchlint.runtime.graph import comes_from
from torchlint.runtime.operations import tensors_in


class Scaling:
    """Which loss was scaled, whether gradients still are, and which steps a scaler makes or skips."""

    def __init__(self) -> None:
        #: a scaler was seen: without one, nothing of this need be asked
        self.used = False
        #: the gradients of the last backward are multiplied by the scale
        self.gradients_scaled = False
        #: calls of GradScaler.step, also those that it skipped
        self.steps = 0
        #: how many of them in a row did not step
        self.skipped = 0
        #: scaled losses and what they were before, since the last backward
        self._losses: deque[tuple[torch.Tensor, torch.Tensor]] = deque(maxlen=8)
        self._optimizer: Optimizer | None = None
        self._stepped = False

    def loss_scaled(self, scaler: GradScaler, loss: Any, scaled: Any) -> None:
        self.used = True
        if scaler.is_enabled():
            self._losses += zip(tensors_in(scaled), tensors_in(loss))

    def backward_starts(self, root: torch.Tensor) -> torch.Tensor:
        """The loss before it was scaled; `root` itself where it was not."""
        if not self._losses:
            self.gradients_scaled = False
            return root
        before = next((loss for scaled, loss in self._losses if comes_from(root, scaled)), None)
        # they hold the graphs of their losses
        self._losses.clear()
        self.gradients_scaled = before is not None
        return root if before is None else before

    def scaler_step(self, scaler: GradScaler, optimizer: Optimizer, begins: bool) -> None:
        """`GradScaler.step` begins, or returns."""
        self.used = True
        self.steps += begins
        if begins:
            self._stepped = False
        else:
            self.skipped = 0 if self._stepped else self.skipped + 1
        self._optimizer = optimizer if begins and scaler.is_enabled() else None

    def step_starts(self, optimizer: Optimizer) -> bool:
        """An optimizer steps; whether it is a scaler that makes it."""
        self._stepped = True
        return self._optimizer is optimizer

    def close(self) -> None:
        """Let go of losses."""
        self._losses.clear()
