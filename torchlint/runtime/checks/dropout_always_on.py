"""TLN304: dropout is at work in an evaluating forward pass."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

import torch.nn.functional as F
from torch.nn.modules.dropout import _DropoutNd

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Operation

_DROPOUTS = (
    F.dropout,
    F.dropout1d,
    F.dropout2d,
    F.dropout3d,
    F.alpha_dropout,
    F.feature_alpha_dropout,
)


class DropoutAlwaysOn(Check):
    """The model is in eval mode and gradients are off, yet a dropout function is called that is on.

    Dropout layers that somebody switched to train mode (Monte Carlo dropout) are meant.
    """

    code = "TLN304"
    severity = "warning"

    def on_operation(self, event: Operation) -> None:
        root = self.session.evaluations.running
        if root is None or not dropout_is_on(event.function, event.args, event.kwargs):
            return
        layers_on_purpose = any(isinstance(module, _DropoutNd) and module.training for module in root.inner.modules())
        if not layers_on_purpose:
            self.report(
                f"F.{event.function.__name__} is on although the model is in eval mode: "
                "evaluation and inference are random, and worse than they should be",
                "pass training=self.training, or use an nn.Dropout layer"
                if event.function in _DROPOUTS
                else "pass dropout_p=self.dropout_p if self.training else 0.0",
            )


def dropout_is_on(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Any) -> bool:
    """Whether a call is one of a function that drops numbers."""
    if function is F.scaled_dot_product_attention:
        return bool(_bound(_attention, args, kwargs)["dropout_p"] > 0)
    if function in _DROPOUTS:
        bound = _bound(function, args, kwargs)
        return bool(bound["training"] and bound["p"] > 0)
    return False


def _attention(query: Any, key: Any, value: Any, attn_mask: Any = None, dropout_p: float = 0.0, **others: Any) -> None:
    """What the built-in function of that name takes; it has no signature to inspect."""


@cache
def _signature(function: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(function)


def _bound(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Any) -> dict[str, Any]:
    bound = _signature(function).bind(*args, **kwargs)
    bound.apply_defaults()
    return bound.arguments
