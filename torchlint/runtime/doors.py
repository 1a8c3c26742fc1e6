"""The few places where torch passes by in every training, and the only code that patches anything.

Each door is installed while at least one watcher listens and put back after. `torch.autograd.backward` is where
`Tensor.backward`, GradScaler, Lightning and Accelerate all end; the optimizers have global hooks of their own; the
methods of GradScaler and one helper of gradient clipping are looked up at call time, so that code which imported the
functions early is seen as well.
"""

from __future__ import annotations

import functools
import math
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import torch
from torch import compiler
from torch.amp.grad_scaler import GradScaler
from torch.autograd.graph import GradientEdge
from torch.nn.utils import clip_grad
from torch.optim.lr_scheduler import LRScheduler
from torch.optim.optimizer import (
    Optimizer,
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)
from torch.utils.data.distributed import DistributedSampler

from torchlint.runtime.closures import Closure, is_searching, note_search

Function = Callable[..., Any]

#: looked up once: in a step of a few milliseconds, each look into torch's own tables is a cache miss
_is_traced = torch.compiler.is_dynamo_compiling
_this_thread = threading.get_ident


class Watcher(Protocol):
    """Who listens at the doors. Only calls of the watcher's own thread reach it."""

    thread: int

    def backward_starts(self, roots: Sequence[torch.Tensor]) -> None: ...
    def backward_ended(self) -> None: ...
    def step_starts(self, optimizer: Optimizer, closure: bool) -> None: ...
    def step_searches(self, optimizer: Optimizer) -> None: ...
    def step_ended(self, optimizer: Optimizer) -> None: ...
    def gradients_clipped(self, gradients: Sequence[torch.Tensor], limit: float) -> None: ...
    def norm_computed(self, gradients: Sequence[torch.Tensor], norm: torch.Tensor) -> None: ...
    def loss_scaled(self, scaler: GradScaler, loss: Any, scaled: Any) -> None: ...
    def gradients_unscaled(self, optimizer: Optimizer) -> None: ...
    def scaler_step(self, scaler: GradScaler, optimizer: Optimizer, begins: bool) -> None: ...
    def epoch_starts(self, sampler: DistributedSampler[Any]) -> None: ...
    def schedule_steps(self, scheduler: LRScheduler) -> None: ...
    def compiler_used(self) -> None: ...
    def compiled_call_starts(self) -> None: ...
    def compiled_call_ended(self) -> None: ...


#: by the thread that they watch
_watchers: dict[int, tuple[Watcher, ...]] = {}
_lock = threading.RLock()


def _forked() -> None:
    """A forked DataLoader worker inherits the watchers, and a thread of the same identity, but nobody watches there."""
    for watchers in _watchers.values():
        for watcher in watchers:
            watcher.thread = 0
    _watchers.clear()
    _inside.clear()


os.register_at_fork(after_in_child=_forked)


def _here() -> tuple[Watcher, ...]:
    return _watchers.get(_this_thread(), ())


@contextmanager
def unheard() -> Iterator[None]:
    """Who listens in this thread now does not hear what passes inside the block."""
    thread = threading.get_ident()
    deaf = _here()
    _move(deaf, -thread)
    try:
        yield
    finally:
        _move(deaf, thread)


def _move(watchers: Sequence[Watcher], thread: int) -> None:
    """From now on they watch another thread: no thread has a negative number, so nothing reaches who is put there."""
    with _lock:
        for watcher in watchers:
            before = watcher.thread
            _watchers[thread] = (*_watchers.get(thread, ()), watcher)
            watcher.thread = thread
            _take_out(watcher, before)


def _take_out(watcher: Watcher, thread: int) -> None:
    left = tuple(other for other in _watchers.pop(thread, ()) if other is not watcher)
    if left:
        _watchers[thread] = left


# ---------------------------------------------------------------- the patches


@dataclass
class _Patch:
    """One attribute that is replaced by a wrapper of itself."""

    #: a name is that of a module that is patched only where it is loaded already
    owner: Any
    name: str
    wrap: Callable[[Function], Function]
    #: whether the wrapper has to be kept from the compiler, which may come across a call of it
    traced: bool = True
    _original: Function | None = field(default=None, init=False)
    _wrapper: Function | None = field(default=None, init=False)

    @property
    def _target(self) -> Any:
        return sys.modules.get(self.owner) if isinstance(self.owner, str) else self.owner

    def install(self) -> None:
        target = self._target
        original = getattr(target, self.name, None)
        if original is None or original is self._wrapper:
            # a version of torch without it, or a wrapper that another tool had kept and put back
            return
        watched = self.wrap(original)
        self._original = original
        self._wrapper = functools.wraps(original)(self._untraced(target, original, watched) if self.traced else watched)
        setattr(target, self.name, self._wrapper)

    def _untraced(self, target: Any, original: Function, watched: Function) -> Function:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            # a constant for the compiler: nothing of this is traced into compiled code, nor exported (the
            # flag is not in every version of torch)
            if _is_traced() or getattr(compiler, "_is_compiling_flag", False):
                return original(*args, **kwargs)
            if _watchers:
                return watched(*args, **kwargs)
            _put_back(target, self.name, wrapper, original)
            return original(*args, **kwargs)

        return wrapper

    @property
    def installed(self) -> bool:
        return self._wrapper is not None

    def remove(self) -> None:
        # where another tool has patched over us in between, its wrapper stays and ours lets everything pass
        if self._original is not None and getattr(self._target, self.name, None) is self._wrapper:
            setattr(self._target, self.name, self._original)
            self._original = self._wrapper = None


def _put_back(target: Any, name: str, wrapper: Function, original: Function) -> None:
    """Another tool had patched over `wrapper` when the last watcher left: it may have put that back since."""
    if getattr(target, name, None) is wrapper:
        setattr(target, name, original)


#: threads in which a backward pass is under way: checkpointing runs one inside another, and only the outer one counts
_inside: set[int] = set()


def _wrap_backward(original: Function) -> Function:
    def backward(tensors: Any, *args: Any, **kwargs: Any) -> Any:
        # a constant for the compiler; a backward pass is never exported
        if _is_traced():
            return original(tensors, *args, **kwargs)
        thread = _this_thread()
        watchers = _watchers.get(thread, ())
        if not watchers or thread in _inside:
            if not _watchers:
                _put_back(torch.autograd, "backward", backward, original)
            return original(tensors, *args, **kwargs)
        if isinstance(tensors, torch.Tensor):
            roots = [tensors]
        else:
            # it may be an iterator, which can be read only once
            tensors = (tensors,) if isinstance(tensors, GradientEdge) else tuple(tensors)
            roots = [root for root in tensors if isinstance(root, torch.Tensor)]
            if not roots:
                return original(tensors, *args, **kwargs)
        _inside.add(thread)
        try:
            for watcher in watchers:
                watcher.backward_starts(roots)
            result = original(tensors, *args, **kwargs)
        finally:
            _inside.discard(thread)
        for watcher in watchers:
            watcher.backward_ended()
        return result

    return backward


def _wrap_clipping(listed: bool) -> Callable[[Function], Function]:
    """For a helper that the functions of clipping call: with the gradients, or with a list that holds their list."""

    def wrap(original: Function) -> Function:
        def helper(gradients: Any, *args: Any, **kwargs: Any) -> Any:
            # over the wrapper that calls this
            caller = sys._getframe(2)
            limit = caller.f_locals.get(_CLIPPING.get(caller.f_code.co_name, ""))
            # clipping to infinity is how people read the norm
            if limit is not None and float(limit) != math.inf:
                for watcher in _here():
                    watcher.gradients_clipped(gradients[0] if listed else gradients, float(limit))
            result = original(gradients, *args, **kwargs)
            if limit is not None and not listed and float(caller.f_locals["norm_type"]) == 2:
                for watcher in _here():
                    watcher.norm_computed(gradients, result)
            return result

        return helper

    return wrap


#: the functions that clip, and what each calls its limit
_CLIPPING = {"clip_grad_norm_": "max_norm", "clip_grad_value_": "clip_value"}


def _wrap_scale(original: Function) -> Function:
    def scale(self: GradScaler, outputs: Any) -> Any:
        scaled = original(self, outputs)
        for watcher in _here():
            watcher.loss_scaled(self, outputs, scaled)
        return scaled

    return scale


def _wrap_unscale(original: Function) -> Function:
    def unscale_(self: GradScaler, optimizer: Optimizer) -> Any:
        result = original(self, optimizer)
        for watcher in _here():
            watcher.gradients_unscaled(optimizer)
        return result

    return unscale_


def _wrap_scaler_step(original: Function) -> Function:
    def step(self: GradScaler, optimizer: Optimizer, *args: Any, **kwargs: Any) -> Any:
        watchers = _here()
        for watcher in watchers:
            watcher.scaler_step(self, optimizer, True)
        try:
            return original(self, optimizer, *args, **kwargs)
        finally:
            for watcher in watchers:
                watcher.scaler_step(self, optimizer, False)

    return step


def _wrap_sampler(original: Function) -> Function:
    def __iter__(self: DistributedSampler[Any]) -> Any:
        for watcher in _here():
            watcher.epoch_starts(self)
        return original(self)

    return __iter__


def _wrap_schedule(original: Function) -> Function:
    def step(self: LRScheduler, *args: Any, **kwargs: Any) -> Any:
        result = original(self, *args, **kwargs)
        for watcher in _here():
            watcher.schedule_steps(self)
        return result

    return step


def _wrap_compile(original: Function) -> Function:
    def compile(*args: Any, **kwargs: Any) -> Any:
        for watcher in _here():
            watcher.compiler_used()
        result = original(*args, **kwargs)
        # this may have loaded the compiler
        _compiler_patch.install()
        return result

    return compile


class _CompiledCall(threading.local):
    runs = False


_compiled_call = _CompiledCall()


def _wrap_eval_frame(original: Function) -> Function:
    """Called with the compiler's callback where a call of compiled code begins, and with None where it ends."""

    def set_eval_frame(callback: Any) -> Any:
        if callback is not None:
            _compiled_call.runs = True
            for watcher in _here():
                watcher.compiled_call_starts()
        elif _compiled_call.runs:
            _compiled_call.runs = False
            for watcher in _here():
                watcher.compiled_call_ended()
        return original(callback)

    return set_eval_frame


_patches = (
    # in every step, so it keeps itself from the compiler: a call less
    _Patch(torch.autograd, "backward", _wrap_backward, traced=False),
    _Patch(clip_grad, "_get_total_norm", _wrap_clipping(listed=False)),
    _Patch(clip_grad, "_group_tensors_by_device_and_dtype", _wrap_clipping(listed=True)),
    _Patch(GradScaler, "scale", _wrap_scale),
    _Patch(GradScaler, "unscale_", _wrap_unscale),
    _Patch(GradScaler, "step", _wrap_scaler_step),
    _Patch(DistributedSampler, "__iter__", _wrap_sampler),
    _Patch(LRScheduler, "step", _wrap_schedule),
    _Patch(torch, "compile", _wrap_compile),
)


#: of the compiler, which is patched only where it is loaded already: loading it takes seconds
_compiler_patch = _Patch("torch._dynamo.eval_frame", "_maybe_set_eval_frame", _wrap_eval_frame, traced=False)


def sees_compiled_calls() -> bool:
    """Whether watchers hear of it when compiled code is called."""
    return _compiler_patch.installed


def _before_step(
    optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
    if _is_traced():
        return None
    watchers = _watchers.get(_this_thread(), ())
    closure = args[1] if len(args) > 1 else kwargs.get("closure")
    if watchers and closure is not None and not is_searching(optimizer):
        wrapped = Closure(closure, partial(_step_starts, optimizer, False), partial(_step_searches, optimizer))
        return ((args[0], wrapped, *args[2:]), kwargs) if len(args) > 1 else (args, {**kwargs, "closure": wrapped})
    for watcher in watchers:
        watcher.step_starts(optimizer, closure is not None)
    return None


def _step_starts(optimizer: Optimizer, searches: bool) -> None:
    for watcher in _here():
        watcher.step_starts(optimizer, searches)


def _step_searches(optimizer: Optimizer) -> None:
    note_search(optimizer)
    for watcher in _here():
        watcher.step_searches(optimizer)


def _after_step(optimizer: Optimizer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    if _is_traced():
        return
    closure = args[1] if len(args) > 1 else kwargs.get("closure")
    if isinstance(closure, Closure) and not closure.called:
        # it is too late to look at what the step began with
        _step_searches(optimizer)
        _step_starts(optimizer, True)
    for watcher in _watchers.get(_this_thread(), ()):
        watcher.step_ended(optimizer)


_handles: list[Any] = []


def enter(watcher: Watcher) -> None:
    """Let `watcher` hear of everything that happens in its thread."""
    with _lock:
        if not _watchers:
            for patch in (*_patches, _compiler_patch):
                patch.install()
            _handles[:] = [
                register_optimizer_step_pre_hook(_before_step),
                register_optimizer_step_post_hook(_after_step),
            ]
        _watchers[watcher.thread] = (*_watchers.get(watcher.thread, ()), watcher)


def leave(watcher: Watcher) -> None:
    """Stop listening; the last one closes the doors."""
    with _lock:
        _take_out(watcher, watcher.thread)
        if not _watchers:
            _close((_compiler_patch, *reversed(_patches)))


def _close(patches: Iterable[_Patch]) -> None:
    for patch in patches:
        patch.remove()
    for handle in _handles:
        handle.remove()
    _handles.clear()
