"""The guard around trainings with Accelerate, and what trackers are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

import torchlint
from guard.pages import run_snippets
from guard.programs import Net, batch

accelerate = pytest.importorskip("accelerate")

from accelerate.state import AcceleratorState, GradientState  # noqa: E402  (not without Accelerate)
from accelerate.tracking import GeneralTracker  # noqa: E402

from torchlint.integrations.accelerate import Trackers  # noqa: E402


@pytest.fixture(autouse=True)
def _like_a_new_program() -> Iterator[None]:
    yield
    AcceleratorState._reset_state(reset_partial_state=True)
    GradientState._reset_state()


class Training:
    """A loop as the documentation of Accelerate writes it; a bug each is one override."""

    skips = 0
    clears = True

    def __init__(self, **options: Any) -> None:
        torch.manual_seed(0)
        self.accelerator = accelerate.Accelerator(cpu=True, **options)
        self.plain = self.make()
        self.steps = 0
        optimizer = torch.optim.AdamW(list(self.plain.parameters())[self.skips :], lr=0.01)
        loader = DataLoader(TensorDataset(*batch(16 * 12)), batch_size=16, shuffle=True)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 24)
        self.model, *self.rest = self.accelerator.prepare(self.plain, optimizer, loader, schedule)

    def make(self) -> nn.Module:
        return Net()

    def loss(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(self.model(x), y)

    def modes(self, training: bool) -> None:
        self.model.train(training)

    def run(self, guard: Any = None) -> None:
        optimizer, loader, schedule = self.rest
        with guard or nullcontext():
            for _ in range(2):
                self.modes(True)
                for x, y in loader:
                    with self.accelerator.accumulate(self.model):
                        self.accelerator.backward(self.loss(x, y))
                        if self.accelerator.sync_gradients:
                            self.accelerator.clip_grad_norm_(self.model.parameters(), 1.0)
                        optimizer.step()
                        schedule.step()
                        if self.clears:
                            optimizer.zero_grad()
                    self.steps += 1
                self.modes(False)
                with torch.no_grad():
                    for x, _ in loader:
                        self.model(x)


def fail(finding: Any) -> None:
    pytest.fail(str(finding))


@pytest.mark.parametrize(
    "options",
    [{}, {"gradient_accumulation_steps": 3}, {"mixed_precision": "bf16", "gradient_accumulation_steps": 2}],
    ids=str,
)
@pytest.mark.parametrize("wrapped", [False, True])
def test_same_to_the_bit_and_silent(options: dict[str, Any], wrapped: bool) -> None:
    plain, guarded = Training(**options), Training(**options)
    plain.run()
    state = torch.get_rng_state()
    torch.manual_seed(0)
    guarded = Training(**options)
    guard = torchlint.guard(guarded.model if wrapped else guarded.plain, action=fail)
    guarded.run(guard)
    assert all(map(torch.equal, plain.plain.state_dict().values(), guarded.plain.state_dict().values()))
    assert torch.equal(torch.get_rng_state(), state)
    steps = 24 // options.get("gradient_accumulation_steps", 1)
    assert [sample.step for sample in guard.samples] == [step for step in (0, 1, 2, 4, 8, 16) if step < steps]


class SoftmaxTwice(Training):
    def loss(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(self.model(x).softmax(1), y)


class ConfidentAndWrong(Training):
    def make(self) -> nn.Module:
        model = Net()
        nn.init.normal_(model.head.weight, std=20.0)
        return model


class MissesParameters(Training):
    skips = 2


class NeverClears(Training):
    clears = False


class StaysInEvalMode(Training):
    def modes(self, training: bool) -> None:
        self.model.eval()


class StaysInTrainMode(Training):
    def modes(self, training: bool) -> None:
        self.model.train()


class BecomesNan(Training):
    def loss(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return super().loss(x, y) * (float("nan") if self.steps == 4 else 1.0)


@pytest.mark.parametrize(
    ("kind", "code", "step"),
    [
        (SoftmaxTwice, "TLN201", 0),
        (ConfidentAndWrong, "TLN204", 0),
        (MissesParameters, "TLN108", 4),
        (NeverClears, "TLN101", 3),
        (StaysInEvalMode, "TLN302", 4),
        (StaysInTrainMode, "TLN301", 12),
        (BecomesNan, "TLN503", 4),
    ],
)
def test_a_bug_is_found(kind: type[Training], code: str, step: int) -> None:
    training = kind()
    guard = torchlint.guard(training.model, action="record")
    training.run(guard)
    assert (guard.findings[0].code, guard.findings[0].step) == (code, step)
    assert guard.findings[0].line.rpartition(":")[0].endswith("test_accelerate.py")


def test_steps_that_accelerate_leaves_out_are_no_steps() -> None:
    training = NeverClears(gradient_accumulation_steps=3)
    guard = torchlint.guard(training.model, action="record")
    training.run(guard)
    assert [(found.code, found.step) for found in guard.findings] == [("TLN101", 3)]


# ---------------------------------------------------------------------- trackers


class Kept(GeneralTracker):
    name = "kept"
    requires_logging_directory = False
    tracker: Any = None

    def __init__(self) -> None:
        super().__init__()
        self.logged: list[tuple[int, dict[str, Any]]] = []

    def store_init_configuration(self, values: dict[str, Any]) -> None:
        pass

    def log(self, values: dict[str, Any], step: int | None = None, **rest: Any) -> None:
        self.logged.append((step, values))


def test_trackers_are_told(tmp_path: Path) -> None:
    tracker = Kept()
    training = NeverClears(log_with=tracker)
    training.accelerator.init_trackers("project")
    guard = torchlint.guard(training.model, action="record", observers=[Trackers(training.accelerator)])
    training.run(guard)
    steps = {step: values for step, values in tracker.logged if "guard/loss/AdamW" in values}
    assert list(steps) == list(range(24))
    assert set(steps[0]) == {"guard/loss/AdamW", "guard/gradient_norm/AdamW", "guard/learning_rate/AdamW"}
    assert steps[0]["guard/learning_rate/AdamW"] == 0.01
    (told,) = ((step, values) for step, values in tracker.logged if "torchlint/TLN101" in values)
    assert told[0] == 3 and "missing-zero-grad" in told[1]["torchlint/TLN101"]


def test_there_must_be_trackers() -> None:
    training = Training()
    with pytest.raises(ValueError, match="Trackers: there are none; call"):
        torchlint.guard(training.model, observers=[Trackers(training.accelerator)]).start()


def test_the_page_runs_as_it_is_written() -> None:
    tracker = Kept()
    training = Training(log_with=tracker)
    optimizer, loader, _ = training.rest
    names = {"accelerator": training.accelerator, "model": training.model, "optimizer": optimizer, "loader": loader}
    run_snippets("frameworks.md", "Accelerate", {**names, "loss_fn": F.cross_entropy, "torchlint": torchlint})
    assert sum("guard/loss/AdamW" in values for _, values in tracker.logged) == len(loader)
