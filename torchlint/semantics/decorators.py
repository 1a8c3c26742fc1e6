"""What the decorators of a function do around it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from torchlint.semantics.functions import Function
from torchlint.semantics.nodes import Call
from torchlint.semantics.traces import calls_within
from torchlint.semantics.values import External, FunctionValue, Value

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator


def manages_block(evaluator: Evaluator, function: Function) -> bool:
    """Whether a generator is made a context manager, by `@contextmanager`."""
    return any(
        isinstance(value, External) and value.last in ("contextmanager", "asynccontextmanager")
        for value in _decorators(evaluator, function)
    )


def switches_grad_off(evaluator: Evaluator, function: Function) -> bool:
    """`@torch.no_grad()` and `@torch.inference_mode()`."""
    return any(
        isinstance(value, External) and value.last in ("no_grad", "inference_mode")
        for value in _decorators(evaluator, function)
    )


def is_wrapped(evaluator: Evaluator, function: Function, methods: Collection[str]) -> bool:
    """Whether a decorator of the project calls methods of one of these names around a function: `@in_eval_mode`."""
    return any(
        isinstance(value, FunctionValue) and calls_within(value.function, methods)
        for value in _decorators(evaluator, function)
    )


def _decorators(evaluator: Evaluator, function: Function) -> Iterator[Value]:
    for decorator in function.decorators:
        yield from evaluator.values(decorator.func if isinstance(decorator, Call) else decorator, None)
