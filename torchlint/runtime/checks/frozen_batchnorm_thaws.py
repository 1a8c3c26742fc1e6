"""TLN305: BatchNorm that was frozen in eval mode trains again after an evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import nn
from torch.nn.modules.batchnorm import _NormBase

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Forward
from torchlint.runtime.models import Root

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

#: training forward passes in which a layer was frozen: so many are no accident
FROZEN = 2


@dataclass(slots=True)
class _Layer:
    path: str
    module: nn.Module
    #: forward passes in which it was in eval mode, inside a model in train mode
    frozen: int = 0
    #: which of its parameters learnt then
    learnt: tuple[bool, ...] = ()


class FrozenBatchNormThaws(Check):
    """Compares the layers' own mode bits in training, before and after the model was in eval mode."""

    code = "TLN305"
    severity = "warning"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._layers: dict[Root, list[_Layer]] = {}
        #: the model was in eval mode since its last training forward pass
        self._evaluated: set[Root] = set()

    def on_forward(self, event: Forward) -> None:
        root = event.root
        if not event.training:
            self._evaluated.add(root)
        elif event.grad_enabled:
            self._look(root, after_evaluation=root in self._evaluated)
            self._evaluated.discard(root)

    def _look(self, root: Root, after_evaluation: bool) -> None:
        if root not in self._layers:
            self._layers[root] = [
                _Layer(root.path(name), module)
                for name, module in root.inner.named_modules()
                if isinstance(module, _NormBase) and module.track_running_stats
            ]
        thawed = []
        for layer in self._layers[root]:
            learns = tuple([parameter.requires_grad for parameter in layer.module.parameters()])
            if not layer.module.training:
                layer.frozen += 1
                layer.learnt = learns
            elif layer.frozen:
                if after_evaluation and layer.frozen >= FROZEN and learns == layer.learnt:
                    thawed.append(layer.path)
                layer.frozen = 0
        if thawed:
            self.report(
                f"{thawed[0]} was frozen in eval mode, and trains again after the evaluation: train() on the model "
                "reaches it, too",
                "put frozen layers into eval mode after each model.train(), or override train() of the model",
                module=thawed[0],
                layers=", ".join(thawed[:3]) + (" ..." if len(thawed) > 3 else ""),
                thawed=len(thawed),
            )
