"""A batch as a model and its loss are called with it.

| batch | call |
|---|---|
| `x` | `loss_fn(model(x), x)` |
| `(x, y)` | `loss_fn(model(x), y)` |
| `(x1, x2, y)` | `loss_fn(model(x1, x2), y)` |
| `((x1, x2), y)` | `loss_fn(model(x1, x2), y)` |
| `({"a": x1, "b": x2}, y)` | `loss_fn(model(a=x1, b=x2), y)` |
| `{"a": x, "labels": y}` | `loss_fn(model(a=x), batch)`: the model gets the keys that `forward` has parameters for |
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import torch
from torch import nn

from torchlint.runtime.operations import tensors_in

#: keys of a dictionary that hold what is to be predicted
LABELS = frozenset({"label", "labels", "target", "targets", "y"})

_WAY_OUT = (
    "give a tensor, (inputs, target), or a dictionary whose keys are parameters of forward(); "
    "the table in docs/preflight.md shows how each is called"
)


@dataclass(frozen=True)
class Batch:
    """Arguments of the model, and what the loss gets beside the model's output."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    target: Any

    @cached_property
    def size(self) -> int:
        """How many samples it has: the leading size on which most of its tensors agree, and the target's in doubt."""
        targets = [tensor for tensor in tensors_in(self.target) if tensor.dim()]
        tensors = [*targets, *(tensor for tensor in self.inputs() if tensor.dim())]
        counts = Counter(tensor.shape[0] for tensor in tensors)
        return counts.most_common(1)[0][0] if counts else 0

    def inputs(self) -> Iterator[torch.Tensor]:
        """The tensors that the model gets, but for labels among them."""
        yield from tensors_in(self.args)
        yield from tensors_in({key: value for key, value in self.kwargs.items() if key not in LABELS})

    @cached_property
    def labels(self) -> list[torch.Tensor]:
        """The tensors that are to be predicted, as far as their place tells."""
        if isinstance(self.target, Mapping):
            return list(tensors_in({key: value for key, value in self.target.items() if key in LABELS}))
        return list(tensors_in(self.target))

    def mapped(self, function: Callable[[torch.Tensor], torch.Tensor]) -> Batch:
        """The same with another tensor in the place of each."""
        memo: dict[int, torch.Tensor] = {}

        def once(tensor: torch.Tensor) -> torch.Tensor:
            # an autoencoder's input is its target
            if id(tensor) not in memo:
                memo[id(tensor)] = function(tensor)
            return memo[id(tensor)]

        return Batch(_mapped(once, self.args), _mapped(once, self.kwargs), _mapped(once, self.target))

    def with_inputs(self, function: Callable[[torch.Tensor], torch.Tensor]) -> Batch:
        """The same with other inputs; labels and whatever else the loss gets stay."""
        kwargs = {key: value if key in LABELS else _mapped(function, value) for key, value in self.kwargs.items()}
        return replace(self, args=_mapped(function, self.args), kwargs=kwargs)

    def take(self, count: int) -> Batch:
        """The first samples."""
        size = self.size
        if count >= size:
            return self

        def first(tensor: torch.Tensor) -> torch.Tensor:
            for dimension in sample_dimensions(tensor, size):
                tensor = tensor.narrow(dimension, 0, count)
            return tensor.clone()

        return self.mapped(first)


def sample_dimensions(tensor: torch.Tensor, size: int) -> tuple[int, ...]:
    """Along which dimensions samples lie: the first; both of a relation of all with all; the second of time-first."""
    if tensor.layout is not torch.strided:
        return ()
    if tensor.dim() == 2 and tuple(tensor.shape) == (size, size):
        return (0, 1) if is_relation(tensor, size) else (0,)
    return next(
        ((dimension,) for dimension in (0, 1) if tensor.dim() > dimension and tensor.shape[dimension] == size), ()
    )


def is_relation(tensor: torch.Tensor, size: int) -> bool:
    """Whether it relates the samples to each other, as the adjacency of a graph: square, and symmetric or sparse."""
    if tuple(tensor.shape) != (size, size) or size < 2:
        return False
    return torch.equal(tensor, tensor.T) or 2 * int((tensor == 0).sum()) > tensor.numel()


def as_batch(batch: Any, model: nn.Module) -> Batch:
    """Raises `TypeError` or `ValueError` for what can't be handed to a model."""
    parts = _parts(batch, model)
    if not any(True for _ in tensors_in((parts.args, parts.kwargs))):
        raise ValueError(f"batch: no tensor in it that the model could get: {_WAY_OUT}")
    if parts.size == 0:
        raise ValueError("batch: it holds no samples")
    return parts


def _parts(batch: Any, model: nn.Module) -> Batch:
    if isinstance(batch, torch.Tensor):
        return Batch((batch,), {}, batch)
    if isinstance(batch, Mapping):
        whole = dict(batch)
        return Batch(*_keywords(whole, model), target=whole)
    if not isinstance(batch, (tuple, list)):
        raise TypeError(f"batch: a {type(batch).__name__} can't be handed to a model: {_WAY_OUT}")
    if not batch:
        raise ValueError(f"batch: it is empty: {_WAY_OUT}")
    if len(batch) == 1:
        return _parts(batch[0], model)
    *inputs, target = batch
    if len(inputs) > 1:
        return Batch(tuple(inputs), {}, target)
    if isinstance(inputs[0], Mapping):
        return Batch((), dict(inputs[0]), target)
    return Batch(tuple(inputs[0]) if isinstance(inputs[0], (tuple, list)) else (inputs[0],), {}, target)


def _keywords(batch: Mapping[str, Any], model: nn.Module) -> tuple[tuple[Any, ...], dict[str, Any]]:
    parameters = inspect.signature(model.forward).parameters.values()
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return (), dict(batch)
    names = {parameter.name for parameter in parameters if parameter.kind is not parameter.VAR_POSITIONAL}
    chosen = {key: value for key, value in batch.items() if key in names}
    if chosen:
        return (), chosen
    if len(names) == 1:
        return (batch,), {}
    raise ValueError(
        f"batch: forward() of {type(model).__name__} has none of the keys {', '.join(map(repr, batch))} as a "
        f"parameter: {_WAY_OUT}"
    )


def _mapped(function: Callable[[torch.Tensor], torch.Tensor], structure: Any) -> Any:
    if isinstance(structure, torch.Tensor):
        return function(structure)
    if isinstance(structure, Mapping):
        return {key: _mapped(function, value) for key, value in structure.items()}
    if isinstance(structure, tuple) and hasattr(structure, "_fields"):
        return type(structure)(*(_mapped(function, value) for value in structure))
    if isinstance(structure, (tuple, list)):
        return type(structure)(_mapped(function, value) for value in structure)
    return structure


def fields(output: Any) -> Any:
    """What a model returns as a container: Transformers return dictionaries with attributes."""
    return vars(output) if hasattr(output, "__dict__") and not isinstance(output, torch.Tensor) else output
