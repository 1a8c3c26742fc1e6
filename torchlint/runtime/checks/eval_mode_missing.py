"""TLN301: the model is evaluated in train mode."""

from __future__ import annotations

import sys
from types import FrameType
from typing import TYPE_CHECKING

from torch import nn
from torch.nn.modules.batchnorm import _NormBase
from torch.utils.checkpoint import CheckpointFunction

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import BackwardStart, Forward
from torchlint.runtime.models import Root
from torchlint.runtime.optimizers import ids
from torchlint.runtime.userline import user_line

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

#: forward passes without gradients in a row, with no backward between them: an evaluation, and not a GAN's turn
FORWARDS = 3


class EvalModeMissing(Check):
    """A model that was trained is called without gradients, several times in a row, and never in eval mode."""

    code = "TLN301"
    severity = "warning"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._rows: dict[int, int] = {}
        self._knows_eval: set[int] = set()

    def on_backward_start(self, event: BackwardStart) -> None:
        self._rows.clear()

    def on_forward(self, event: Forward) -> None:
        key = id(event.root)
        if event.grad_enabled or key in self._knows_eval:
            if not event.training:
                self._knows_eval.add(key)
            return
        if not event.training and not any(isinstance(layer, _NormBase) for layer in self._awake(event.root)):
            # a BatchNorm that learns under a model in eval mode was not reached by eval(); Dropout may be meant
            self._knows_eval.add(key)
            return
        self._rows[key] = self._rows.get(key, 0) + 1
        if self._rows[key] == FORWARDS and self._is_trained(event.root):
            self._judge(event.root)

    def _awake(self, root: Root) -> list[nn.Module]:
        return [module for _, module in root.mode_sensitive() if module.training]

    def _is_trained(self, root: Root) -> bool:
        parameters = ids(root.inner.parameters())
        return any(
            optimizer.steps and any(id(parameter) in parameters for parameter in optimizer.parameters)
            for optimizer in self.session.optimizers.values()
        )

    def _judge(self, root: Root) -> None:
        awake = [(path, module) for path, module in root.mode_sensitive() if module.training]
        # torch.optim.swa_utils.update_bn runs in train mode on purpose, and takes the momentum away meanwhile
        updates_statistics = any(isinstance(module, _NormBase) and module.momentum is None for _, module in awake)
        if not awake or updates_statistics or _inside_checkpoint():
            return
        self.report(
            "the model is evaluated in train mode: its Dropout is on, and its BatchNorm uses, and learns, "
            "the statistics of the evaluated batch",
            "call model.eval() before the evaluation and model.train() after it; no_grad() does not do that",
            module=root.label or None,
            line=user_line(),
            layers=", ".join(path for path, _ in awake[:3]) + (" ..." if len(awake) > 3 else ""),
        )


def _inside_checkpoint() -> bool:
    """Whether reentrant checkpointing makes this call: without gradients at first, and again in backward()."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code is not CheckpointFunction.forward.__code__:
        frame = frame.f_back
    return frame is not None
