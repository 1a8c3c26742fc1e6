"""The handler in real runs of Ignite."""

from __future__ import annotations

import logging
import sys
from contextlib import nullcontext
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from guard.pages import run_snippets
from guard.programs import Net, batch, codes
from torchlint import GuardError

engines = pytest.importorskip("ignite.engine")

from ignite.metrics import Loss  # noqa: E402  (not without Ignite)

from torchlint.integrations.ignite import GuardHandler  # noqa: E402

Events = engines.Events


@pytest.fixture(autouse=True)
def _quiet() -> None:
    logging.getLogger("ignite").setLevel(logging.CRITICAL)
    logging.getLogger("ignite.engine.engine.Engine").setLevel(logging.CRITICAL)


def loader(batches: int = 12) -> DataLoader[Any]:
    return DataLoader(TensorDataset(*batch(16 * batches)), batch_size=16)


def training(model: nn.Module, loss: Any = F.cross_entropy, skips: int = 0, **options: Any) -> Any:
    """A trainer that evaluates after each epoch."""
    optimizer = torch.optim.SGD(list(model.parameters())[skips:], lr=0.05)
    trainer = engines.create_supervised_trainer(model, optimizer, loss, **options)
    evaluator = engines.create_supervised_evaluator(model, {"loss": Loss(F.cross_entropy)})
    trainer.add_event_handler(Events.EPOCH_COMPLETED, lambda: evaluator.run(loader(4)))
    return trainer


def watched(trainer: Any, model: nn.Module, **options: Any) -> GuardHandler:
    handler = GuardHandler(model, **{"action": "record", **options})
    handler.attach(trainer)
    return handler


def fail(finding: Any) -> None:
    pytest.fail(str(finding))


@pytest.mark.parametrize("options", [{}, {"gradient_accumulation_steps": 3}], ids=str)
def test_same_to_the_bit_and_silent(options: dict[str, Any]) -> None:
    results = []
    for guarded in (False, True):
        torch.manual_seed(0)
        model = Net()
        trainer = training(model, **options)
        if guarded:
            handler = watched(trainer, model, action=fail)
        trainer.run(loader(), max_epochs=2)
        results.append([*model.state_dict().values(), torch.get_rng_state()])
    assert all(map(torch.equal, *results))
    assert handler.guard.samples


def confident_and_wrong() -> Net:
    model = Net()
    nn.init.normal_(model.head.weight, std=20.0)
    return model


class BecomesNan:
    """A loss that is NaN in its fifth call."""

    calls = 0

    def __call__(self, outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return F.cross_entropy(outputs, targets) * (float("nan") if self.calls == 5 else 1.0)


@pytest.mark.parametrize(
    ("make", "options", "code", "step", "module"),
    [
        (Net, {"loss": lambda outputs, targets: F.cross_entropy(outputs.softmax(1), targets)}, "TLN201", 0, None),
        (confident_and_wrong, {}, "TLN204", 0, None),
        (Net, {"skips": 2}, "TLN108", 4, "body.0.weight"),
        (Net, {"loss": BecomesNan()}, "TLN503", 4, None),
    ],
)
def test_a_bug_is_found(make: Any, options: dict[str, Any], code: str, step: int, module: str | None) -> None:
    model = make()
    trainer = training(model, **options)
    handler = watched(trainer, model)
    trainer.run(loader(6), max_epochs=1)
    found = handler.guard.findings[0]
    assert (found.code, found.step, found.module) == (code, step, module)
    assert "test_ignite.py" in found.line


@pytest.mark.parametrize(("trains", "code"), [(False, "TLN302"), (True, "TLN301")])
def test_the_mode_is_the_users_own_business(trains: bool, code: str) -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

    def update(engine: Any, data: Any) -> None:
        model.train(trains)
        optimizer.zero_grad()
        F.cross_entropy(model(data[0]), data[1]).backward()
        optimizer.step()

    def infer(engine: Any, data: Any) -> None:
        model.train(trains)
        with torch.no_grad():
            model(data[0])

    trainer, evaluator = engines.Engine(update), engines.Engine(infer)
    trainer.add_event_handler(Events.EPOCH_COMPLETED, lambda: evaluator.run(loader(4)))
    handler = watched(trainer, model)
    trainer.run(loader(6), max_epochs=1)
    assert codes(handler.guard.findings) == [code]


def test_an_error_comes_out_as_itself() -> None:
    model = Net()
    trainer = training(model, BecomesNan())
    watched(trainer, model, action="raise")
    with pytest.raises(GuardError) as caught:
        trainer.run(loader())
    assert (caught.value.code, caught.value.step) == ("TLN503", 4)


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt])
@pytest.mark.parametrize("taken", [False, True])
def test_what_is_raised_is_raised_unless_somebody_takes_it(error: type[BaseException], taken: bool) -> None:
    def fails() -> None:
        raise error("mine")

    model = Net()
    trainer = training(model)
    trainer.add_event_handler(Events.ITERATION_COMPLETED(once=2), fails)
    # two of them do not leave it to each other
    handlers = [watched(trainer, model), watched(trainer, model)]
    caught = []
    if taken:
        trainer.add_event_handler(Events.EXCEPTION_RAISED, lambda engine, error: caught.append(error))
    # that no guard is left behind is seen after each test
    with nullcontext() if taken else pytest.raises(error):
        trainer.run(loader())
    assert bool(caught) == taken
    assert [len(handler.guard.samples) for handler in handlers] == [2, 2]


@pytest.mark.parametrize("end", ["terminate", "interrupt"])
def test_a_run_that_ends_early_and_another(end: str) -> None:
    model = Net()
    trainer = training(model)
    trainer.add_event_handler(Events.ITERATION_COMPLETED(once=2), getattr(trainer, end))
    handler = watched(trainer, model)
    trainer.run(loader())
    assert len(handler.guard.samples) == 2
    again = training(model)
    handler.attach(again)
    again.run(loader())
    assert len(handler.guard.samples) == 5


def test_without_ignite_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ignite", "ignite.engine"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "torchlint.integrations.ignite")
    with pytest.raises(ImportError, match=r'needs pytorch-ignite: pip install "torchlint\[ignite\]"'):
        import torchlint.integrations.ignite  # noqa: F401


def test_the_page_runs_as_it_is_written() -> None:
    model = Net()
    names = {
        "create_supervised_trainer": engines.create_supervised_trainer,
        "model": model,
        "optimizer": torch.optim.SGD(model.parameters(), lr=0.05),
        "loss_fn": F.cross_entropy,
        "loader": loader(),
    }
    run_snippets("frameworks.md", "Ignite", names)
    assert names["trainer"].state.epoch == 3
