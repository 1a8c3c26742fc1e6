"""Loss and gradient norm of each step: read at once on a CPU, and a step later where reading makes a device wait.

A device computes the norms on the side; a CPU does not, so while all is calm it looks at the gradients in turns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from torchlint.runtime.norms import ClippedNorm, Reading, Turns, send, total
from torchlint.runtime.optimizers import TrackedOptimizer

#: step, optimizer, loss, gradient norm, whether a scaler makes the step, and whether it is over
Tell = Callable[[int, TrackedOptimizer, "float | None", "float | None", bool, bool], None]


class Meter:
    """Measures, and tells of each measurement when it can be read.

    With `protect` it looks at all gradients in each step, and waits for the device.
    """

    def __init__(self, protect: bool, tell: Tell) -> None:
        self._protect = protect
        self._tell = tell
        #: the loss of the last backward, where it could be read
        self.loss: float | None = None
        #: the norm of each gradient at the last step that was read late, with the optimizer that they belong to
        self.layer_norms: tuple[TrackedOptimizer, Sequence[torch.Tensor]] | None = None
        self._loss_tensor: torch.Tensor | None = None
        self.clipped: ClippedNorm | None = None
        #: by optimizer: step, whether a scaler made it, and what is on its way from the device
        self._pending: dict[TrackedOptimizer, tuple[int, bool, Reading, Sequence[torch.Tensor]]] = {}

    def see_loss(self, loss: torch.Tensor | None) -> None:
        """The loss of a backward that starts; None where it is no single number."""
        self.loss = self._loss_tensor = self.clipped = None
        if loss is not None and type(loss) is torch.Tensor and loss.is_cpu and not loss.dim():
            # the usual case, without all the questions
            value = loss.item()
            self.loss = value if isinstance(value, float) else None
            return
        # the number of a DTensor would have to be asked for from all ranks
        if loss is None or loss.numel() != 1 or not loss.is_floating_point() or hasattr(loss, "to_local"):
            return
        if loss.is_cpu:
            self.loss = loss.item()
        else:
            self._loss_tensor = loss.detach()

    def see_norm(self, gradients: Sequence[torch.Tensor], norm: torch.Tensor) -> None:
        """A norm that clipping has computed: it need not be computed again."""
        if not hasattr(norm, "to_local"):
            self.clipped = ClippedNorm(gradients, norm)

    def measure(self, step: int, optimizer: TrackedOptimizer, by_scaler: bool, calm: bool) -> None:
        """Measure the gradients of an optimizer that is about to step."""
        clipped, self.clipped = self.clipped, None
        if not calm:
            optimizer.turns = None
        elif clipped is None and optimizer.on_cpu and not self._protect:
            if optimizer.turns is None:
                optimizer.turns = Turns(optimizer.parameters, optimizer.norms)
            self._tell(step, optimizer, self.loss, optimizer.turns.next(), by_scaler, False)
            return
        gradients = optimizer.gradients()
        if not gradients:
            self._tell(step, optimizer, self.loss, None, by_scaler, False)
            return
        if clipped is not None and clipped.is_of(gradients):
            values: Sequence[torch.Tensor] = [clipped.norm]
        else:
            values = optimizer.norms.of(gradients)
        if values[0].is_cpu:
            self._tell(step, optimizer, self.loss, total(values), by_scaler, False)
            return
        self._read(optimizer, step)
        self._pending[optimizer] = (step, by_scaler, send(self._loss_tensor, values), values)
        if self._protect:
            self._read(optimizer, step)

    def finish(self, step: int) -> None:
        """Read what is still on its way."""
        for optimizer in list(self._pending):
            self._read(optimizer, step)

    def _read(self, optimizer: TrackedOptimizer, now: int) -> None:
        pending = self._pending.pop(optimizer, None)
        if pending is not None:
            step, by_scaler, reading, values = pending
            loss, norm = reading.wait()
            self.layer_norms = (optimizer, values)
            self._tell(step, optimizer, loss, norm, by_scaler, step != now)
