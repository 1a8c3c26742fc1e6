"""Copies of a model with its loss and optimizer, so that nothing which is done to them reaches the user's own."""

from __future__ import annotations

import contextlib
import copy
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import nn
from torch.nn.parameter import is_lazy
from torch.optim.optimizer import Optimizer

from torchlint.runtime.doors import unheard
from torchlint.runtime.models import unwrap
from torchlint.runtime.preflight.batches import Batch

#: what may stand for a model: itself, or a function that builds a new one
Model: TypeAlias = nn.Module | Callable[[], nn.Module]
LossFunction: TypeAlias = Callable[[Any, Any], torch.Tensor]
#: what may stand for an optimizer: one that holds the model's parameters, or a function that makes one for a model
OptimizerOrMaker: TypeAlias = Optimizer | Callable[[nn.Module], Optimizer]


class LossFails(ValueError):
    """The loss can't be computed from the model's output and the target."""


@dataclass(slots=True)
class Trial:
    """One copy, to do with as one likes. It starts in train mode."""

    model: nn.Module
    loss_fn: LossFunction
    optimizer: Optimizer | None

    def output(self, batch: Batch) -> Any:
        # a model may change its inputs in place
        batch = batch.mapped(torch.clone)
        return self.model(*batch.args, **batch.kwargs)

    def loss(self, batch: Batch) -> torch.Tensor:
        batch = batch.mapped(torch.clone)
        return self.loss_fn(self.model(*batch.args, **batch.kwargs), batch.target)

    def checked_loss(self, batch: Batch) -> torch.Tensor:
        """The loss of a first call. Raises `ValueError` or `TypeError` where model, loss and batch don't fit."""
        try:
            output = self.output(batch)
        except Exception as error:
            raise ValueError(f"the model fails on the batch: {brief(error)}") from error
        try:
            loss = self.loss_fn(output, batch.mapped(torch.clone).target)
        except Exception as error:
            raise LossFails(f"loss_fn fails on the model's output and the target: {brief(error)}") from error
        if not isinstance(loss, torch.Tensor):
            raise TypeError(f"loss_fn: a tensor is wanted, not a {type(loss).__name__}")
        if loss.numel() != 1:
            raise ValueError(
                f"loss_fn: its result has the shape {tuple(loss.shape)}, but one number is wanted: "
                "take the mean, as reduction='mean' does"
            )
        return loss

    def named_parameters(self) -> Iterator[tuple[str, nn.Parameter]]:
        """Those that should learn: of the model, and of a loss that has some."""
        yield from ((name, parameter) for name, parameter in self.model.named_parameters() if parameter.requires_grad)
        if isinstance(self.loss_fn, nn.Module):
            known = {id(parameter) for parameter in self.model.parameters()}
            for name, parameter in self.loss_fn.named_parameters():
                if parameter.requires_grad and id(parameter) not in known:
                    yield f"loss_fn.{name}", parameter

    def held_parameters(self) -> list[nn.Parameter]:
        """Those that the optimizer holds; all that should learn, where there is none."""
        everything = [parameter for _, parameter in self.named_parameters()]
        if self.optimizer is None:
            return everything
        held = {id(parameter) for group in self.optimizer.param_groups for parameter in group["params"]}
        return [parameter for parameter in everything if id(parameter) in held]


class Copies:
    """Makes copies of what a user holds. Checks at once that it can."""

    def __init__(
        self,
        model: Model,
        loss_fn: LossFunction,
        optimizer: OptimizerOrMaker | None,
        device: str | torch.device | None,
        seed: int,
    ) -> None:
        if not callable(model):
            raise TypeError(
                f"model: a torch.nn.Module or a function that builds one is wanted, not a {type(model).__name__}"
            )
        if not callable(loss_fn):
            raise TypeError(f"loss_fn: a function of output and target is wanted, not a {type(loss_fn).__name__}")
        if optimizer is not None and not isinstance(optimizer, Optimizer) and not callable(optimizer):
            raise TypeError(f"optimizer: a torch.optim.Optimizer is wanted, not a {type(optimizer).__name__}")
        if isinstance(optimizer, Optimizer) and not isinstance(model, nn.Module):
            raise TypeError("optimizer: beside a function that builds the model, give one that builds its optimizer")
        self._model = unwrap(model) if isinstance(model, nn.Module) else model
        self._loss_fn = loss_fn
        self._optimizer = optimizer
        self.seed = seed
        self._device = None if device is None else as_device(device)
        first = self.trial()
        self.device = self._device or _device_of(first.model)

    def trial(self) -> Trial:
        """A new copy, with the random generators as they are after `seed`."""
        seed_all(self.seed)
        model, loss_fn, optimizer = self._model, self._loss_fn, self._optimizer
        if not isinstance(model, nn.Module):
            model = _built(model)
            loss_fn = _copied("loss_fn", loss_fn)
        else:
            _check_has_numbers(model)
            # together, so that a loss or an optimizer that holds parts of the model holds those of the copy
            model, loss_fn, optimizer = _copied("model", (model, loss_fn, optimizer), blame=model)
        if self._device is not None:
            model.to(self._device)
            if isinstance(loss_fn, nn.Module):
                loss_fn.to(self._device)
        if isinstance(optimizer, Optimizer):
            # its state goes to where its parameters are
            optimizer.load_state_dict(optimizer.state_dict())
        elif optimizer is not None:
            optimizer = _optimizer_from(optimizer, model)
        model.train()
        for parameter in model.parameters():
            parameter.grad = None
        return Trial(model, loss_fn, optimizer)


def _built(factory: Callable[[], nn.Module]) -> nn.Module:
    try:
        model = factory()
    except Exception as error:
        raise ValueError(f"model: the function that builds it fails: {brief(error)}") from error
    if not isinstance(model, nn.Module):
        raise TypeError(f"model: the function returned a {type(model).__name__}, not a torch.nn.Module")
    model = unwrap(model)
    _check_has_numbers(model)
    return model


def _optimizer_from(maker: Callable[[nn.Module], Optimizer], model: nn.Module) -> Optimizer:
    optimizer = maker(model)
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer: the function returned a {type(optimizer).__name__}, not a torch.optim.Optimizer")
    return optimizer


def _copied(what: str, thing: Any, blame: nn.Module | None = None) -> Any:
    try:
        return copy.deepcopy(thing)
    except Exception as error:
        reason = brief(error)
    place = "" if blame is None else _uncopyable(blame)
    raise ValueError(
        f"{what}: it can't be copied{place} ({reason}): give a function that builds it anew, such as lambda: Net()"
        if what == "model"
        else f"{what}: it can't be copied ({reason}): give a plain function"
    )


def _uncopyable(model: nn.Module) -> str:
    """The attribute that stands in the way: often a tensor that a forward pass has left behind."""
    for path, module in model.named_modules():
        for name, value in vars(module).items():
            if name in ("_parameters", "_buffers", "_modules"):
                continue
            try:
                copy.deepcopy(value)
            except Exception:
                return f", because of its attribute {path + '.' if path else ''}{name}"
    return ""


def _check_has_numbers(model: nn.Module) -> None:
    if any(is_lazy(parameter) for parameter in model.parameters()):
        raise ValueError("model: it has lazy parameters, without numbers so far: call it once before")
    if any(parameter.device.type == "meta" for parameter in model.parameters()):
        raise ValueError("model: it has parameters on the meta device, which hold no numbers: load its weights before")


def as_device(device: str | torch.device) -> torch.device:
    """Raises `ValueError` for one that is not there."""
    try:
        found = torch.device(device)
        torch.zeros(1, device=found)
    except (RuntimeError, AssertionError, TypeError, NotImplementedError) as error:
        raise ValueError(f"device: {device!r} can't be used: {str(error).splitlines()[0]}") from None
    if found.type == "meta":
        raise ValueError("device: 'meta' holds no numbers")
    return found


def _device_of(model: nn.Module) -> torch.device:
    tensors = (*model.parameters(), *model.buffers())
    return tensors[0].device if tensors else torch.device("cpu")


def brief(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def seed_all(seed: int) -> None:
    """Torch's generators, Python's, and NumPy's where it is loaded."""
    torch.manual_seed(seed)
    random.seed(seed)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(seed % 2**32)


@contextlib.contextmanager
def apart() -> Iterator[None]:
    """The random generators and the grad mode are afterwards as before, and no guard hears what happens inside."""
    numpy = sys.modules.get("numpy")
    python_state = random.getstate()
    numpy_state = None if numpy is None else numpy.random.get_state()
    with contextlib.ExitStack() as stack:
        stack.enter_context(torch.random.fork_rng())
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        stack.enter_context(unheard())
        try:
            yield
        finally:
            random.setstate(python_state)
            if numpy is not None:
                numpy.random.set_state(numpy_state)
