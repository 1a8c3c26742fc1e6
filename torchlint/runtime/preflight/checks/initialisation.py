"""Do numbers and gradients keep their size on the way through the untrained model?"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from torchlint.runtime.preflight.checks.base import PreflightCheck
from torchlint.runtime.preflight.copies import Trial
from torchlint.runtime.preflight.report import Outcome
from torchlint.runtime.preflight.subject import Subject
from torchlint.runtime.preflight.training import set_gradients

#: The standard deviation of a layer's outputs. Glorot and Bengio (2010) and He et al. (2015) keep it near 1;
#: healthy networks were seen between 0.01 and 10. TheDeepChecker's 0.5 to 2 is left by 16 of 31 healthy trainings.
LARGE, SMALL = 1e3, 1e-4
#: The smallest layer's gradient against the largest one's, as in the guard's TLN504: healthy ones stay above 4e-3,
#: and a thousandth (AutoTrainer) is reached by some.
GRADIENTS = 1e-6
#: The share of a layer's units that are zero for the whole batch, as in the guard's TLN505: healthy layers reach 52 %.
DEAD = 0.98
#: samples that tell a dead unit from a rare one
SAMPLES = 16
#: tanh and sigmoid are saturated beyond this share of their range; SageMaker Debugger asks for half of the units
SATURATED, UNITS = 0.99, 0.5

_RELUS = (nn.ReLU, nn.ReLU6, nn.Threshold)
_LAYERS = (nn.Linear, nn.modules.conv._ConvNd, nn.Bilinear)


class Initialisation(PreflightCheck):
    """Activations and gradients per layer, units that are dead or saturated, and weights that are all the same."""

    name = "initialisation"
    order = 90

    def run(self, subject: Subject) -> Outcome:
        trial = subject.trial()
        if same := self._same_weights(trial):
            return same
        outputs = _outputs(trial, subject)
        norms = _gradient_norms(subject)
        for path, (module, output) in outputs.items():
            if problem := self._activation_problem(path, module, output):
                return problem
        stds = [float(output.std()) for module, output in outputs.values() if isinstance(module, _LAYERS)]
        evidence: dict[str, Any] = {"layers": len(stds)}
        if stds:
            evidence |= {"smallest_activation": min(stds), "largest_activation": max(stds)}
        positive = {name: norm for name, norm in norms.items() if norm > 0}
        if len(positive) > 1:
            low, high = min(positive, key=positive.__getitem__), max(positive, key=positive.__getitem__)
            evidence |= {"smallest_gradient": positive[low], "largest_gradient": positive[high]}
            if positive[low] < GRADIENTS * positive[high]:
                return self.warning(
                    f"the gradient of {low} is {positive[low] / positive[high]:.1g} of that of {high}",
                    "many layers that shrink gradients: saturated activations, small weights, no residual connections "
                    "or normalisation",
                    "use He or Glorot initialisation, ReLU-like activations, normalisation or residual connections",
                    **evidence,
                )
        return self.passed("activations and gradients keep their size from layer to layer", **evidence)

    def _same_weights(self, trial: Trial) -> Outcome | None:
        for path, module in trial.model.named_modules():
            weight = getattr(module, "weight", None)
            if not isinstance(module, _LAYERS) or not isinstance(weight, torch.Tensor) or weight.shape[0] < 2:
                continue
            # a layer that starts at zero, at the end of a branch, is meant
            if bool((weight == weight[:1]).all()) and bool(weight.any()):
                return self.failed(
                    f"all units of {path or 'the model'} start with the same weights, so they get the same gradient "
                    "and stay one unit for ever",
                    "an initialisation with a constant",
                    "use nn.init.kaiming_normal_ or nn.init.xavier_uniform_ for weights; constants are for biases",
                    units=weight.shape[0],
                )
        return None

    def _activation_problem(self, path: str, module: nn.Module, output: torch.Tensor) -> Outcome | None:
        samples = output.shape[0]
        if isinstance(module, _RELUS) and output.dim() > 1 and samples >= SAMPLES:
            # units are channels where there are any
            units = (output.movedim(1, 0) if output.dim() in (3, 4, 5) else output.movedim(-1, 0)).flatten(1)
            dead = float((units == 0).all(1).float().mean())
            if len(units) > 1 and dead >= DEAD:
                return self.failed(
                    f"{dead:.0%} of the units of {path} are zero for all {samples} samples: they are dead",
                    "biases that are far below zero, weights that are too large, or inputs that are all negative",
                    "start with biases of zero and He initialisation, and normalise the inputs",
                    code="TLN505" if _known("TLN505") else None,
                    dead_units=dead,
                )
        if isinstance(module, (nn.Tanh, nn.Sigmoid)) and output.numel() > 1:
            inside = output.abs() if isinstance(module, nn.Tanh) else (2 * output - 1).abs()
            saturated = float((inside > SATURATED).float().mean())
            if saturated > UNITS:
                return self.warning(
                    f"{saturated:.0%} of the outputs of {path} ({type(module).__name__}) are saturated: their gradient "
                    "is almost zero",
                    "weights or inputs that are too large",
                    "use Glorot initialisation and normalise the inputs",
                    saturated=saturated,
                )
        std = float(output.std()) if output.numel() > 1 else 1.0
        if isinstance(module, _LAYERS) and bool(module.weight.any()) and (std > LARGE or std < SMALL):
            return self.warning(
                f"the outputs of {path} have a standard deviation of {std:.2g}",
                "weights that are too large or too small, or inputs that were not normalised",
                "use He initialisation before ReLU and Glorot before tanh, and normalise the inputs",
                std=std,
            )
        return None


def _known(code: str) -> bool:
    from torchlint.rules import all_rules

    return any(rule.code == code for rule in all_rules())


def _outputs(trial: Trial, subject: Subject) -> dict[str, tuple[nn.Module, torch.Tensor]]:
    """The first output of each innermost layer, in the order of the calls."""
    outputs: dict[str, tuple[nn.Module, torch.Tensor]] = {}

    def keep(path: str) -> Callable[..., None]:
        def hook(module: nn.Module, args: Any, output: Any) -> None:
            if path not in outputs and isinstance(output, torch.Tensor) and output.is_floating_point() and output.dim():
                outputs[path] = (module, output.detach().float().clone())

        return hook

    handles = [
        module.register_forward_hook(keep(path or type(module).__name__))
        for path, module in trial.model.named_modules()
        if not any(True for _ in module.children()) and not isinstance(module, torch.jit.ScriptModule)
    ]
    with torch.no_grad():
        trial.output(subject.batch)
    for handle in handles:
        handle.remove()
    return {path: (module, output) for path, (module, output) in outputs.items() if bool(output.isfinite().all())}


def _gradient_norms(subject: Subject) -> dict[str, float]:
    """Of weights; biases and the parameters of normalisations have gradients of another size."""
    trial = subject.with_graph()
    named = {name: parameter for name, parameter in trial.named_parameters() if parameter.dim() > 1}
    if not named:
        return {}
    set_gradients(trial.loss(subject.batch), list(named.values()))
    norms = {
        name: float(parameter.grad.float().norm())
        for name, parameter in named.items()
        if parameter.grad is not None and parameter.grad.layout is torch.strided
    }
    return {name: norm for name, norm in norms.items() if math.isfinite(norm)}
