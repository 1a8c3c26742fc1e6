"""Hears the calls of a model, by a hook that its copies and pickles do not carry."""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any

import torch
from torch import compiler, nn

Listener = Callable[[tuple[Any, ...], Mapping[str, Any]], None]

#: where a module keeps its forward pre-hooks, each table by the hook's number
_TABLES = ("_forward_pre_hooks", "_forward_pre_hooks_with_kwargs")


def _hook(listener: Listener) -> Callable[..., None]:
    # a function: calling an object takes longer
    def hear(module: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        # a constant for the compiler: nothing of this is traced into compiled code, nor exported (the
        # flag is not in every version of torch)
        if not (_is_traced() or getattr(compiler, "_is_compiling_flag", False)) and _compiler() is None:
            listener(args, kwargs)

    return hear


#: looked up once, as in `doors.py`
_is_traced = torch.compiler.is_dynamo_compiling

_eval_frame: Any = torch._C._dynamo.eval_frame


#: what would compile the frames of what is called from here
_compiler: Callable[[], object] = getattr(_eval_frame, "get_eval_frame_callback", lambda: None)


def _leave_uncompiled(code: CodeType) -> None:
    """Where the compiler does not inline the hook, it must not compile it as a function of its own.

    `torch.compiler.disable` does this too, but breaks the graph where the hook is inlined.
    """
    if hasattr(_eval_frame, "skip_code"):
        _eval_frame.skip_code(code)
    else:
        action = _eval_frame._FrameAction
        strategy = _eval_frame._FrameExecStrategy(action.SKIP, action.DEFAULT)
        _eval_frame.set_code_exec_strategy(code, strategy)


#: what all hooks have in common, and nothing else has
_CODE = _hook(lambda args, kwargs: None).__code__
_leave_uncompiled(_CODE)


class Ear:
    """Tells `listener` of each call of `module`, until it is closed."""

    def __init__(self, module: nn.Module, listener: Listener) -> None:
        self._module = module
        self._hook = _hook(listener)
        self._handle: Any = None
        #: scripted modules allow no hooks
        self._deaf = isinstance(module, torch.jit.ScriptModule)
        if self._deaf:
            return
        self.resume()
        # found before the method of the class, by pickle and by copy: a copy of the model (an EMA) is another model
        vars(module).setdefault("__getstate__", functools.partial(_state, module))

    def resume(self) -> None:
        if self._handle is None and not self._deaf:
            self._handle = self._module.register_forward_pre_hook(self._hook, with_kwargs=True)

    def pause(self) -> None:
        """Take the hook off: compiled code that was made in its presence is made anew without it."""
        if self._handle is not None:
            self._handle.remove()
            self._handle = None

    def close(self) -> None:
        self.pause()
        if not self._deaf and not _own(self._module):
            vars(self._module).pop("__getstate__", None)


def _own(module: nn.Module) -> list[int]:
    return [number for number, hook in module._forward_pre_hooks.items() if getattr(hook, "__code__", None) is _CODE]


def _state(module: nn.Module) -> Any:
    """What the class itself has to say, without our hook."""
    # every class has the method from Python 3.11 on
    own_way = getattr(type(module), "__getstate__", None)
    state = dict(vars(module)) if own_way is None else own_way(module)
    if not isinstance(state, dict):
        return state
    own = _own(module)
    state = {key: value for key, value in state.items() if key != "__getstate__"}
    for name in _TABLES:
        if name in state:
            state[name] = OrderedDict((key, value) for key, value in state[name].items() if key not in own)
    return state
