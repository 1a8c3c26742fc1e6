"""TLN108: does every parameter learn?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from torchlint.runtime.norms import plain
from torchlint.runtime.preflight.checks.base import PreflightCheck
from torchlint.runtime.preflight.copies import Trial
from torchlint.runtime.preflight.report import Outcome
from torchlint.runtime.preflight.subject import Subject
from torchlint.runtime.preflight.training import set_gradients

#: Steps before a gradient of zero counts: weights behind a layer that starts at zero (the last one of a residual
#: branch, as in Goyal et al., 2017) get none at first.
STEPS = 5
#: names in a message
SHOWN = 4


class Gradients(PreflightCheck):
    """Every parameter that wants a gradient gets one, of which not all numbers are zero, and an optimizer holds it."""

    name = "gradients"
    code = "TLN108"
    order = 60

    def run(self, subject: Subject) -> Outcome:
        trial = subject.trial()
        named = dict(trial.named_parameters())
        everything = len(list(trial.model.parameters()))
        if not named:
            return self.failed(
                "no parameter of the model wants a gradient",
                "a model that was frozen whole, or layers that lie in a plain list",
                "set requires_grad on what should learn; put layers into nn.ModuleList",
                parameters=everything,
            )
        return (
            self._optimizer_problem(trial, named)
            or self._gradient_problem(subject, trial, named)
            or self.passed(
                "each gets a gradient" + ("" if trial.optimizer is None else " and is held by the optimizer"),
                trainable=len(named),
                frozen=everything - sum(not name.startswith("loss_fn.") for name in named),
            )
        )

    def _optimizer_problem(self, trial: Trial, named: dict[str, nn.Parameter]) -> Outcome | None:
        if trial.optimizer is None:
            return None
        held = {id(parameter) for group in trial.optimizer.param_groups for parameter in group["params"]}
        known = {id(parameter) for parameter in trial.model.parameters()} | {id(one) for one in named.values()}
        if strange := held - known:
            return self.failed(
                f"the optimizer holds {len(strange)} tensors that are no parameters of the model",
                "an optimizer that was built before a layer was replaced, or for another model",
                "build the optimizer after the model is as it will be trained",
                held=len(held),
            )
        missing = [name for name, parameter in named.items() if id(parameter) not in held]
        # fine-tuning a head leaves most of a model out, and means it
        if missing and 2 * len(missing) <= len(named):
            return self.failed(
                f"no optimizer holds {_names(missing)}, which want gradients",
                "a parameter list that was collected by hand, or before these were added",
                "add them to the optimizer, or set requires_grad to False if they are not to learn",
                missing=len(missing),
                trainable=len(named),
            )
        return None

    def _gradient_problem(self, subject: Subject, trial: Trial, named: dict[str, nn.Parameter]) -> Outcome | None:
        called: set[str] = set()
        handles = [
            module.register_forward_hook(_note(called, path))
            for path, module in trial.model.named_modules()
            if not isinstance(module, torch.jit.ScriptModule)
        ]
        reached, moved = _gradients(subject, trial, named)
        for handle in handles:
            handle.remove()
        without = [name for name in named if name not in reached]
        cut = [name for name in without if name.rpartition(".")[0] in called and "." in name]
        if len(without) == len(named) or cut:
            return self.failed(
                f"no gradient reaches {_names(cut or without)}",
                "detach(), .data, .item(), torch.no_grad() or an argmax between these and the loss",
                "compute the loss from the model's output by differentiable operations alone",
                without=len(without),
                trainable=len(named),
            )
        if without:
            return self.warning(
                f"{_names(without)} take no part in the loss of this batch",
                "layers that forward() never calls, or only for other inputs",
                "remove them, call them, or leave it if that is meant; DistributedDataParallel would stop here",
                without=len(without),
                trainable=len(named),
            )
        still = [name for name in named if name not in moved]
        if still:
            return self.failed(
                f"the gradient of {_names(still)} is exactly zero, {STEPS} steps in a row",
                "units that are dead for the whole batch, or weights that are multiplied by zero",
                "look at the initialisation (not all zero, no large negative bias) and at saturated activations",
                still=len(still),
                trainable=len(named),
            )
        return None


def _gradients(subject: Subject, trial: Trial, named: dict[str, nn.Parameter]) -> tuple[set[str], set[str]]:
    """Which parameters get a gradient at all, and which one that is not zero everywhere, in one of the first steps."""
    reached: set[str] = set()
    moved: set[str] = set()
    optimizer = torch.optim.Adam(named.values(), 1e-3)
    for _ in range(STEPS):
        loss = trial.loss(subject.batch)
        if not loss.requires_grad:
            break
        set_gradients(loss, list(named.values()))
        for name, parameter in named.items():
            if parameter.grad is not None:
                reached.add(name)
                if name not in moved and bool((plain(parameter.grad) != 0).any()):
                    moved.add(name)
        if reached == moved == set(named):
            break
        if any(parameter.grad is not None and parameter.grad.is_sparse for parameter in named.values()):
            optimizer = torch.optim.SGD(named.values(), 1e-3)
        optimizer.step()
    return reached, moved


def _note(called: set[str], path: str) -> Callable[..., None]:
    def hook(module: nn.Module, args: Any, output: Any) -> None:
        called.add(path)

    return hook


def _names(names: list[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
