"""Numeric trouble planted into a module: the class of the module stays a subclass of its own, its path stays."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

Trouble = Callable[[Tensor], Tensor]


def plant(module: nn.Module, trouble: Trouble) -> nn.Module:
    """The module's output goes through the trouble once `module.armed` is true."""
    original = type(module)

    def forward(self, *args, **kwargs):
        output = original.forward(self, *args, **kwargs)
        if not self.armed:
            return output
        if isinstance(output, tuple):
            return trouble(output[0]), *output[1:]
        return trouble(output)

    module.__class__ = type(original.__name__, (original,), {"forward": forward, "__module__": original.__module__})
    module.armed = False
    return module


PLACES = (
    nn.Linear,
    nn.Conv2d,
    nn.ConvTranspose2d,
    nn.Embedding,
    nn.LSTM,
    nn.GRU,
    nn.LayerNorm,
    nn.BatchNorm2d,
    nn.GroupNorm,
)


def places(model: nn.Module) -> list[tuple[str, nn.Module]]:
    """Layers whose own forward runs, by their paths."""
    return [(path, module) for path, module in model.named_modules() if type(module) in PLACES]


# The forward gives NaN.


def log_of_negative(x: Tensor) -> Tensor:
    return torch.log(x - x.abs() - 1.0)


def zero_over_zero(x: Tensor) -> Tensor:
    centred = x - x
    return x + centred / centred.std()


# The forward gives +inf.


def one_over_zero(x: Tensor) -> Tensor:
    return x + 1.0 / (x - x).abs()


def exponential_overflow(x: Tensor) -> Tensor:
    return 1.0 * torch.exp(1e3 * (x.abs() + 1.0))


# Sums and squares leave the range of a dtype.


def half_overflow(x: Tensor) -> Tensor:
    return (300.0 * (x.abs() + 1.0)).half().square().to(x.dtype)


def single_overflow(x: Tensor) -> Tensor:
    return (1e20 * (x.abs() + 1.0)).square()


# The forward is finite, the backward gives NaN.


def masked_root(x: Tensor) -> Tensor:
    centred = x - x.mean()
    return x + torch.where(centred > 0, torch.sqrt(centred), 0.0)


def root_of_zero(x: Tensor) -> Tensor:
    return x + torch.sqrt((x - x.detach()).square())


KINDS: dict[str, tuple[Trouble, ...]] = {
    "NaN forward": (log_of_negative, zero_over_zero),
    "+inf forward": (one_over_zero, exponential_overflow),
    "overflow forward": (half_overflow, single_overflow),
    "NaN backward only": (masked_root, root_of_zero),
}
