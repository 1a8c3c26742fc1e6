"""The guarded models: their parts by name, and the last call of each, so that it can be replayed."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.dropout import _DropoutNd
from torch.nn.parameter import is_lazy

any_autocast: Callable[[], bool] = getattr(torch._C, "_is_any_autocast_enabled", lambda: True)

#: attributes under which wrappers hold the model that people wrote
_WRAPPED = ("_orig_mod", "module")
_WRAPPERS = ("OptimizedModule", "DistributedDataParallel", "DataParallel")


@dataclass(slots=True)
class Call:
    """What a model was called with. Only references: nothing is copied but the state of the random generators."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    #: for the CPU, then for each CUDA device that the model is on; empty where they need not be kept
    random_states: tuple[torch.Tensor, ...]
    autocast: tuple[tuple[str, bool, torch.dtype], ...]


class Root:
    """A model that the guard was given."""

    def __init__(self, module: nn.Module, label: str = "") -> None:
        self.module = module
        self.label = label
        #: what it was called with last, as the parts of a `Call`, which is made when somebody asks
        self.last_call: tuple[Any, ...] | None = None
        #: it was called since the last step, and not from compiled code
        self.called = False
        #: random numbers were drawn between a call of it and the backward that followed, as Dropout does
        self.draws = False

    @property
    def call(self) -> Call | None:
        """What it was called with last, since the last step."""
        return None if self.last_call is None else Call(*self.last_call)

    @cached_property
    def inner(self) -> nn.Module:
        """The model without its wrappers (`torch.compile`, DistributedDataParallel, DataParallel)."""
        return unwrap(self.module)

    @property
    def name(self) -> str:
        return self.label or type(self.inner).__name__

    @property
    def size(self) -> int:
        """The number of its parameters."""
        return sum(parameter.numel() for parameter in self.module.parameters() if not is_lazy(parameter))

    @cached_property
    def devices(self) -> tuple[torch.device, ...]:
        """Where its parameters and buffers lie."""
        tensors = (*self.inner.parameters(), *self.inner.buffers())
        return tuple(dict.fromkeys(tensor.device for tensor in tensors))

    @cached_property
    def on_cpu(self) -> bool:
        return bool(self.devices) and self.devices[0].type == "cpu"

    @property
    def compiled(self) -> bool:
        return (self.module is not self.inner and type(self.module).__name__ == "OptimizedModule") or any(
            getattr(module, "_compiled_call_impl", None) is not None for module in self.inner.modules()
        )

    @cached_property
    def attention(self) -> bool:
        """Whether a layer takes another, faster way in evaluation, but not under a function mode."""
        return any(isinstance(module, nn.MultiheadAttention) for module in self.inner.modules())

    def path(self, name: str) -> str:
        return f"{self.label}.{name}" if self.label and name else self.label or name or type(self.inner).__name__

    def remember_call(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], calm: bool) -> None:
        """Keep what it is called with. Copying the state of a random generator is most of the cost, so while all is
        `calm` only that of a model is kept which was seen to draw from it.
        """
        states = self._random_states() if self.draws or not calm else ()
        # nothing is on in most trainings, and asking for each kind of device takes longer
        autocast = self._autocast() if any_autocast() else ()
        self.last_call = (args, kwargs, states, autocast)

    def notice_draws(self) -> None:
        """Look whether random numbers were drawn since the call."""
        if not self.draws and (call := self.call) is not None:
            states = call.random_states
            self.draws = any(not torch.equal(before, now) for before, now in zip(states, self._random_states()))

    @cached_property
    def _kinds(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(device.type for device in self.devices if device.type != "meta"))

    def _random_states(self) -> tuple[torch.Tensor, ...]:
        if "cuda" not in self._kinds:
            return (torch.get_rng_state(),)
        cuda = [torch.cuda.get_rng_state(device) for device in self.devices if device.type == "cuda"]
        return (torch.get_rng_state(), *cuda)

    def _autocast(self) -> tuple[tuple[str, bool, torch.dtype], ...]:
        kinds = [kind for kind in self._kinds if torch.is_autocast_enabled(kind)]
        return tuple([(kind, True, torch.get_autocast_dtype(kind)) for kind in kinds])

    def mode_sensitive(self) -> Iterator[tuple[str, nn.Module]]:
        """The layers that behave differently under `train()` and `eval()`, with their paths."""
        for name, module in self.inner.named_modules():
            if is_mode_sensitive(module):
                yield self.path(name), module


def unwrap(module: nn.Module) -> nn.Module:
    while type(module).__name__ in _WRAPPERS:
        module = next(getattr(module, name) for name in _WRAPPED if isinstance(getattr(module, name, None), nn.Module))
    return module


def is_mode_sensitive(module: nn.Module) -> bool:
    """Whether a layer of its own behaves differently in evaluation: Dropout, BatchNorm, dropout inside RNNs."""
    if isinstance(module, _DropoutNd):
        return bool(module.p > 0)
    if isinstance(module, _NormBase):
        return bool(module.track_running_stats)
    if isinstance(module, (nn.RNNBase, nn.MultiheadAttention)):
        return bool(module.dropout > 0)
    return False


def named_roots(modules: Iterable[nn.Module]) -> list[Root]:
    """Roots with labels that tell them apart; a single one needs none."""
    modules = list(modules)
    if len(modules) == 1:
        return [Root(modules[0])]
    roots: list[Root] = []
    taken: dict[str, int] = {}
    for module in modules:
        kind = type(unwrap(module)).__name__
        taken[kind] = taken.get(kind, 0) + 1
        roots.append(Root(module, kind if taken[kind] == 1 else f"{kind}{taken[kind]}"))
    return roots


def models_holding(parameters: Iterable[nn.Parameter]) -> list[nn.Module]:
    """The outermost living modules that hold some of these parameters. Looks through the whole heap: for rare use."""
    wanted = {id(parameter) for parameter in parameters}
    living = [thing for thing in gc.get_objects() if _is_module(thing)]
    inside = {id(child) for module in living for child in _descendants(module)}
    return [
        module
        for module in living
        if id(module) not in inside and any(id(parameter) in wanted for parameter in _quiet(module.parameters))
    ]


def _is_module(thing: object) -> bool:
    # type() and not isinstance(): the heap holds lazy proxies whose __class__ runs code
    return issubclass(type(thing), nn.Module) and "_modules" in getattr(thing, "__dict__", ())


def _descendants(module: nn.Module) -> Iterator[nn.Module]:
    # a criterion holds no parameters and a lightning module is a module: both are found by what they hold
    for child in _quiet(module.modules):
        if child is not module:
            yield child


def _quiet(listing: Callable[[], Iterable[Any]]) -> list[Any]:
    """What a method of somebody's module lists; nothing where it fails, as on a half-built one."""
    try:
        return list(listing())
    except Exception:
        return []
