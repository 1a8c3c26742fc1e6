#!/usr/bin/env python3
"""`torchlint.lr_range_test` beside Lightning's LearningRateFinder, on the same models, batches and optimizers.

    python -m pip install lightning torch==2.13.0
    python benchmarks/lr_range.py [--steps N] [--only NAME]

Both sweep 100 steps from 1e-7 to 10. "factor" is torchlint's suggestion against the one before, the larger over the
smaller.
"its sweep per decade" is what Lightning's sweep suggests where the slope is taken per decade. The last column is the
mean training loss of 20 steps after N steps from the same first weights, at torchlint's rate and at Lightning's: lower
is better. "-" is where there is no suggestion.
"""

from __future__ import annotations

import argparse
import copy
import logging
import math
import sys
import tempfile
import warnings
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import torch

import torchlint

sys.path.insert(0, str(Path(__file__).parent))

from preflight_models import CASES, Case

try:
    import lightning
    from lightning.pytorch.tuner import Tuner
except ModuleNotFoundError:
    sys.exit("this benchmark needs Lightning: python -m pip install lightning torch==2.13.0")

START, END, STEPS = 1e-7, 10.0, 100
#: mini-batches that the samples of a case are cut into
PARTS = 4

Maker = Callable[[Any, float], torch.optim.Optimizer]
OPTIMIZERS: dict[str, Maker] = {
    "SGD": lambda parameters, rate: torch.optim.SGD(parameters, rate, momentum=0.9),
    "Adam": torch.optim.Adam,
}


def batches(case: Case) -> list[Any]:
    if case.name.startswith("GNN"):
        return [case.batch]
    if isinstance(case.batch, torch.Tensor):
        return list(case.batch.chunk(PARTS))
    return list(zip(*(part.chunk(PARTS) for part in case.batch)))


def loss_of(case: Case, model: torch.nn.Module, batch: Any) -> torch.Tensor:
    if isinstance(batch, torch.Tensor):
        return case.loss_fn(model(batch), batch)
    *inputs, target = batch
    return case.loss_fn(model(*inputs), target)


class Module(lightning.LightningModule):
    def __init__(self, case: Case, make: Maker) -> None:
        super().__init__()
        self.case, self.make, self.lr = case, make, 1e-3
        self.model = copy.deepcopy(case.model)

    def training_step(self, batch, index):
        return loss_of(self.case, self.model, batch)

    def configure_optimizers(self):
        return self.make(self.model.parameters(), self.lr)


def by_lightning(case: Case, make: Maker, folder: str) -> tuple[float | None, float | None]:
    """Its suggestion, and what it would be if it took the slope per decade of the rate, from the same sweep."""
    trainer = lightning.Trainer(
        max_epochs=1000, accelerator="cpu", logger=False, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False, default_root_dir=folder,
    )  # fmt: skip
    # a list would be taken for many loaders
    loader = torch.utils.data.DataLoader(batches(case), batch_size=None)
    found = Tuner(trainer).lr_find(
        Module(case, make), loader, min_lr=START, max_lr=END, num_training=STEPS, update_attr=False
    )
    if found is None:
        return None, None
    # without the same points that it leaves out
    losses, rates = torch.tensor(found.results["loss"][10:-1]), torch.tensor(found.results["lr"][10:-1])
    steepest = torch.gradient(losses, spacing=[rates.log10()])[0].argmin()
    return found.suggestion(), float(rates[steepest])


def by_torchlint(case: Case, make: Maker) -> float | None:
    optimizer = make(case.model.parameters(), 1e-3)
    curve = torchlint.lr_range_test(
        case.model, case.loss_fn, batches(case), optimizer, start=START, end=END, steps=STEPS
    )
    return curve.suggestion


def trained(case: Case, make: Maker, rate: float | None, steps: int) -> float:
    if rate is None:
        return math.nan
    torch.manual_seed(0)
    model = copy.deepcopy(case.model).train()
    optimizer = make(model.parameters(), rate)
    losses = []
    for batch in islice(cycle(batches(case)), steps + 20):
        optimizer.zero_grad()
        loss = loss_of(case, model, batch)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses[-20:]) / 20


def apart(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else max(one / other, other / one)


def shown(value: float | None, form: str = ".1e") -> str:
    return "-" if value is None or math.isnan(value) else f"{value:{form}}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--only", default="", help="only architectures whose name holds this")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    logging.getLogger("lightning").setLevel(logging.ERROR)
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    print(f"torch {torch.__version__}, lightning {lightning.__version__}\n")
    columns = "model, optimizer, torchlint, Lightning, factor, its sweep per decade, factor, losses at the first two"
    print(f"| {columns.replace(', ', ' | ')} |")
    print("|---" * 8 + "|")
    within = within_decade = better = total = both = 0
    with tempfile.TemporaryDirectory() as folder:
        for make_case in CASES:
            for name, make in OPTIMIZERS.items():
                torch.manual_seed(0)
                case = make_case()
                if arguments.only.lower() not in case.name.lower():
                    continue
                ours, (theirs, per_decade) = by_torchlint(case, make), by_lightning(case, make, folder)
                losses = [trained(case, make, rate, arguments.steps) for rate in (ours, theirs)]
                factor, other = apart(ours, theirs), apart(ours, per_decade)
                total += 1
                both += factor is not None
                within += factor is not None and factor <= 3
                within_decade += other is not None and other <= 3
                better += factor is not None and losses[0] <= losses[1]
                cells = [shown(ours), shown(theirs), shown(factor, ".1f"), shown(per_decade), shown(other, ".1f")]
                cells.append(", ".join(shown(loss, ".3g") for loss in losses))
                print(f"| {case.name} | {name} | " + " | ".join(cells) + " |", flush=True)
    print(f"\nboth suggest a rate in {both} of {total}")
    print(f"within a factor of 3 in {within}, per decade in {within_decade}")
    print(f"lower loss at torchlint's in {better}")


if __name__ == "__main__":
    main()
