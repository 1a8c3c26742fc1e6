#!/usr/bin/env python3
"""Each check of the preflight on ten architectures: silent as they are, right where its fault is planted.

    python benchmarks/preflight_checks.py [--seeds N] [--only NAME] [--healthy]

A cell of the table counts, over the seeds, the runs in which the check found the fault that was planted for it. "-" is
a fault that makes no sense in an architecture. The last row counts the outcomes of all checks on the architectures as
they are. The exit status is 1 if anything was missed or anything cried wolf; what it was is told on standard error.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

import torchlint
from torchlint.runtime.preflight import Outcome

sys.path.insert(0, str(Path(__file__).parent))

from preflight_models import CASES, Case

#: a fault changes a case; None where it makes no sense there
Fault = Callable[[Case], Case | None]


def inputs_of(case: Case) -> torch.Tensor:
    return case.batch if isinstance(case.batch, torch.Tensor) else case.batch[0]


def with_batch(case: Case, inputs: torch.Tensor | None = None, target: Any = None) -> Case:
    if isinstance(case.batch, torch.Tensor):
        case.batch = inputs
    else:
        first, *between, last = case.batch
        case.batch = (first if inputs is None else inputs, *between, last if target is None else target)
    return case


def hooked(case: Case, path: str, change: Callable[[nn.Module, torch.Tensor], torch.Tensor]) -> Case:
    """The output of a layer is changed, as by a line of code after it."""
    case.layer(path).register_forward_hook(lambda module, args, output: change(module, output))
    return case


def before(case: Case, change: Callable[[torch.Tensor], torch.Tensor]) -> Case:
    """The model's input is changed, as by a line of code at the head of its forward()."""
    case.model.register_forward_pre_hook(lambda module, args: (change(args[0]), *args[1:]))
    return case


# ------------------------------------------------------------------------------ faults


def constant_input(case: Case) -> Case | None:
    inputs = inputs_of(case)
    return with_batch(case, torch.full_like(inputs, 0.5)) if inputs.is_floating_point() else None


def raw_bytes(case: Case) -> Case | None:
    inputs = inputs_of(case)
    if inputs.dim() != 4:
        return constant_input(case)
    return with_batch(case, (inputs * 50 + 128).round().clamp(0, 255))


def labels_from_one(case: Case) -> Case | None:
    if isinstance(case.batch, torch.Tensor):
        return None
    target = case.batch[-1]
    if target.is_floating_point():
        return with_batch(case, target=2 * target - 1)
    return with_batch(case, target=target - target.min() + 1)


def large_head(case: Case) -> Case | None:
    if isinstance(case.batch, torch.Tensor):
        return None
    with torch.no_grad():
        case.layer(case.head).weight.mul_(100)
    return case


def squashed_twice(case: Case) -> Case | None:
    if isinstance(case.batch, torch.Tensor):
        return None
    loss_fn, binary = case.loss_fn, case.batch[-1].is_floating_point()
    dimension = -1 if case.name == "GPT" else 1
    case.loss_fn = lambda output, y: loss_fn(torch.sigmoid(output) if binary else output.softmax(dimension), y)
    return case


def broadcast(case: Case) -> Case | None:
    if not case.classes or case.classes == 2:
        return None
    case.loss_fn = lambda output, y: F.mse_loss(output[:, :1], y.float())
    return case


def detached(case: Case) -> Case | None:
    return hooked(case, case.middle, lambda module, output: output.detach())


def mixed(case: Case) -> Case | None:
    if case.name == "GNN by hand":
        return None
    return before(case, lambda x: x.transpose(0, -1).reshape(x.shape))


def dropout_on(case: Case) -> Case | None:
    return hooked(case, case.middle, lambda module, output: F.dropout(output))


def same_weights(case: Case) -> Case | None:
    nn.init.constant_(case.layer(case.middle).weight, 0.01)
    return case


def unequal(case: Case) -> Case | None:
    if not case.classes:
        return None
    rare = torch.arange(len(case.batch[-1])) % 16 == 0
    return with_batch(case, target=torch.where(rare, 1, 0).to(case.batch[-1].dtype))


def squashed(case: Case) -> Case | None:
    """Logits that can't leave a small range."""
    if isinstance(case.batch, torch.Tensor):
        return None
    loss_fn = case.loss_fn
    case.loss_fn = lambda output, y: loss_fn(0.1 * output.tanh(), y)
    return case


def shuffled(case: Case) -> Case | None:
    """Samples change places on the way, and their labels don't. For a VAE, they lose their way to the decoder."""
    if isinstance(case.batch, torch.Tensor):
        # a decoder whose output does not count
        return hooked(case, case.head, lambda module, output: output.detach() * 0)
    return before(case, lambda x: x[torch.randperm(len(x))])


def overwritten(case: Case) -> Case | None:
    return before(case, torch.zeros_like)


def slow_statistics(case: Case) -> Case | None:
    """BatchNorm whose momentum is meant as another framework means it; without one, a branch on the mode."""
    norms = [module for module in case.model.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]
    for norm in norms:
        norm.momentum = 0.001
    if norms:
        return case
    layer = case.layer(case.head)
    layer.register_forward_hook(lambda module, args, output: output if module.training else -output)
    return case


def no_rate(case: Case) -> Case | None:
    case.optimizer = torch.optim.SGD(case.model.parameters(), 1e-10)
    return case


#: check, fault, and what it is
FAULTS: list[tuple[str, Fault, str]] = [
    ("input-range", raw_bytes, "images as raw bytes; other inputs constant"),
    ("labels", labels_from_one, "labels that count from 1; -1 and 1 for a binary loss"),
    ("initial-loss", large_head, "weights of the last layer 100 times as large"),
    ("loss-inputs", squashed_twice, "softmax or sigmoid before the loss"),
    ("loss-broadcast", broadcast, "(N, 1) against (N) in a regression loss"),
    ("gradients", detached, "detach() in the middle"),
    ("batch-mixing", mixed, "transpose and reshape of the batch"),
    ("eval-determinism", dropout_on, "F.dropout without training="),
    ("initialisation", same_weights, "constant weights in one layer"),
    ("output-bias", unequal, "15 of 16 labels are the same"),
    ("overfit-sample", squashed, "logits squashed into -0.1 to 0.1"),
    ("overfit-batch", shuffled, "samples that change places in forward()"),
    ("zero-input", overwritten, "the input is overwritten with zeros"),
    ("train-eval-agreement", slow_statistics, "BatchNorm momentum 0.001; else another sign in eval mode"),
    ("optimizer", no_rate, "a learning rate of 1e-10"),
]


# ------------------------------------------------------------------------------ runs


def preflight(case: Case, seed: int, checks: list[str] | None = None) -> torchlint.PreflightReport:
    optimizer = getattr(case, "optimizer", None) or torch.optim.Adam(case.model.parameters(), 1e-3)
    return torchlint.preflight(case.model, case.loss_fn, case.batch, optimizer=optimizer, checks=checks, seed=seed)


def build(make: Callable[[], Case], seed: int) -> Case:
    torch.manual_seed(seed)
    return make()


def alarms(report: torchlint.PreflightReport) -> list[Outcome]:
    return report.failed + report.warnings


def tell(what: str, name: str, outcome: Outcome) -> None:
    print(f"{what}: {name}, {outcome.check}: {outcome.message} {dict(outcome.evidence)}", file=sys.stderr)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--only", help="only architectures whose name holds this")
    parser.add_argument("--healthy", action="store_true", help="no faults")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    makers = [make for make in CASES if (arguments.only or "").lower() in build(make, 0).name.lower()]
    seeds = range(arguments.seeds)
    names = [build(make, 0).name for make in makers]
    print(f"torch {torch.__version__}, {arguments.seeds} seeds\n")
    print("| fault | check | " + " | ".join(names) + " |")
    print("|---|---|" + "---|" * len(names))
    wrong = 0
    for check, fault, what in [] if arguments.healthy else FAULTS:
        cells = []
        for make in makers:
            found = total = 0
            for seed in seeds:
                case = fault(build(make, seed))
                if case is None:
                    continue
                total += 1
                report = preflight(case, seed, [check])
                found += bool(alarms(report))
                if not alarms(report):
                    tell("missed", case.name, report[0])
            wrong += total - found
            cells.append(f"{found}/{total}" if total else "-")
        print(f"| {what} | {check} | " + " | ".join(cells) + " |", flush=True)
    counts = []
    for make in makers:
        seen = {"passed": 0, "skipped": 0, "alarms": 0}
        for seed in seeds:
            report = preflight(build(make, seed), seed)
            for outcome in report:
                seen[outcome.status if outcome.status in seen else "alarms"] += 1
            for outcome in alarms(report):
                tell("alarm", build(make, 0).name, outcome)
        wrong += seen["alarms"]
        counts.append(f"{seen['alarms']} ({seen['passed']}, {seen['skipped']})")
    print("| none | all: alarms (passed, skipped) | " + " | ".join(counts) + " |")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
