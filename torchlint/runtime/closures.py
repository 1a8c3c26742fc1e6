"""Optimizers that are stepped with a closure, inside of which the training happens."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from typing import Any

from torch.optim.lbfgs import LBFGS
from torch.optim.optimizer import Optimizer

#: optimizers that were seen to call a closure again in the same step, or not at all
_searching: weakref.WeakSet[Optimizer] = weakref.WeakSet()


class Closure:
    """A closure that its optimizer calls once, before it moves the weights, as most do: Lightning trains so.

    For who watches, the step begins when it has returned. A second call in the same step tells of a line search.
    """

    def __init__(self, closure: Callable[..., Any], begins: Callable[[], None], searches: Callable[[], None]) -> None:
        functools.update_wrapper(self, closure)
        self._closure = closure
        self._begins = begins
        self._searches = searches
        self.called = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.called:
            self._searches()
            return self._closure(*args, **kwargs)
        result = self._closure(*args, **kwargs)
        self.called = True
        self._begins()
        return result


def is_searching(optimizer: Optimizer) -> bool:
    """Whether its steps do more, or less, than to call a closure once: those of a line search try several places."""
    return isinstance(optimizer, LBFGS) or optimizer in _searching


def note_search(optimizer: Optimizer) -> None:
    _searching.add(optimizer)
