"""Is the answer of the model in eval mode always the same?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn.modules.dropout import _DropoutNd

from torchlint.runtime.checks.dropout_always_on import dropout_is_on
from torchlint.runtime.operations import OperationMode, tensors_in
from torchlint.runtime.preflight.checks.base import PreflightCheck
from torchlint.runtime.preflight.copies import Trial
from torchlint.runtime.preflight.report import Outcome
from torchlint.runtime.preflight.subject import Subject

#: what kernels that add in another order may change, of the largest number
TOLERANCE = 1e-5


class EvalDeterminism(PreflightCheck):
    """Two calls in eval mode with the same random numbers agree, and no dropout is at work.

    Random numbers that are no dropout's are meant: variational autoencoders and diffusion models sample.
    """

    name = "eval-determinism"
    order = 80

    def run(self, subject: Subject) -> Outcome:
        trial = subject.trial()
        trial.model.eval()
        first, sources, dropout = _call(subject, trial)
        if dropout is not None:
            return self.failed(
                f"F.{dropout} is on although the model is in eval mode: its answers are random",
                "a dropout function without training=self.training, or a Dropout layer that is built in forward()",
                "pass training=self.training, or use an nn.Dropout layer that __init__ makes",
                code="TLN304",
            )
        second, _, _ = _call(subject, trial)
        different = next((name for name in first if name in second and not _same(first[name], second[name])), None)
        if different is None:
            sampled = f"; it samples, by {', '.join(sorted(sources))}" if sources else ""
            return self.passed(f"two calls in eval mode with the same random numbers agree{sampled}")
        return self.failed(
            f"two calls in eval mode with the same inputs and random numbers differ, first in {different}",
            "a module that counts its calls or keeps a state, a BatchNorm that stayed in train mode, or random numbers "
            "from elsewhere (NumPy, the clock)",
            "change state in train mode only: if self.training: ...; and override train(mode) with care",
            first_difference=different,
        )


def _call(subject: Subject, trial: Trial) -> tuple[dict[str, list[torch.Tensor]], set[str], str | None]:
    """The outputs of each module in the order of their calls, the random functions, and a dropout that is on."""
    outputs: dict[str, list[torch.Tensor]] = {}
    random: set[str] = set()
    dropout: list[str] = []

    def listen(function: Callable[..., Any], args: tuple[Any, ...], kwargs: Any, result: Any) -> None:
        name = getattr(function, "__name__", "")
        if dropout_is_on(function, args, kwargs):
            dropout.append(name)
        elif name in _RANDOM:
            random.add(name)

    handles = [
        module.register_forward_hook(_keep(outputs, path or "the output"))
        for path, module in trial.model.named_modules()
        if not isinstance(module, torch.jit.ScriptModule)
    ]
    subject.reseed()
    try:
        with torch.no_grad(), OperationMode(listen):
            result = trial.output(subject.batch)
    finally:
        for handle in handles:
            handle.remove()
    outputs["the output"] = [tensor.clone() for tensor in tensors_in(result)]
    layers_on_purpose = any(isinstance(one, _DropoutNd) and one.training for one in trial.model.modules())
    return outputs, random, dropout[0] if dropout and not layers_on_purpose else None


_RANDOM = frozenset(
    "rand randn randint randperm rand_like randn_like randint_like normal normal_ uniform_ bernoulli bernoulli_ "  # noqa: SIM905
    "multinomial exponential_ poisson gumbel_softmax".split()
)


def _keep(outputs: dict[str, list[torch.Tensor]], path: str) -> Callable[..., None]:
    def hook(module: nn.Module, args: Any, output: Any) -> None:
        # the first call of a module that is called again and again
        if path not in outputs and not isinstance(output, dict):
            outputs[path] = [tensor.clone() for tensor in tensors_in(output)]

    return hook


def _same(first: list[torch.Tensor], second: list[torch.Tensor]) -> bool:
    return len(first) == len(second) and all(map(_close, first, second))


def _close(first: torch.Tensor, second: torch.Tensor) -> bool:
    if first.shape != second.shape:
        return False
    if not first.is_floating_point() or not first.numel():
        return torch.equal(first, second)
    finite = first[first.isfinite()]
    limit = TOLERANCE * float(finite.abs().max()) if finite.numel() else 0.0
    return torch.allclose(first, second, rtol=0.0, atol=limit, equal_nan=True)
