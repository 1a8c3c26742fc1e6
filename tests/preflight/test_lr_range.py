"""`torchlint.lr_range_test`."""

from __future__ import annotations

import copy
import json
import sys
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import torchlint

from .programs import CLASSES, FEATURES, Net, data


def loader(**options: Any) -> DataLoader:
    x = torch.randn(256, FEATURES)
    y = (x @ torch.randn(FEATURES, CLASSES)).argmax(1)
    return DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True, **options)


def sweep(model: nn.Module | None = None, batches: Any = None, optimizer: Any = None, **options: Any):
    model = model or Net()
    optimizer = optimizer or torch.optim.SGD(model.parameters(), 0.1, momentum=0.9)
    return torchlint.lr_range_test(
        model, nn.CrossEntropyLoss(), loader() if batches is None else batches, optimizer, **options
    )


def test_the_suggestion_learns_faster_than_a_thousandth_of_it() -> None:
    curve = sweep()
    assert 1e-3 < curve.suggestion < curve.largest < 10
    assert curve.suggestion in curve.rates

    def trained(rate: float) -> float:
        torch.manual_seed(0)
        model, batches = Net(), loader()
        optimizer = torch.optim.SGD(model.parameters(), rate, momentum=0.9)
        for _ in range(5):
            for x, y in batches:
                optimizer.zero_grad()
                loss = nn.functional.cross_entropy(model(x), y)
                loss.backward()
                optimizer.step()
        return loss.item()

    assert trained(curve.suggestion) < trained(curve.suggestion / 1000)


def test_rates_grow_exponentially() -> None:
    curve = sweep(start=1e-4, end=1e-2, steps=21)
    assert curve.rates[0] == pytest.approx(1e-4)
    assert curve.rates[10] == pytest.approx(1e-3)
    assert curve.rates[-1] == pytest.approx(1e-2)
    assert curve.stopped == "the last rate was reached"


def test_it_stops_where_the_loss_diverges() -> None:
    model = nn.Linear(FEATURES, 1)
    x, _ = data()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    curve = torchlint.lr_range_test(model, nn.MSELoss(), [(x, x[:, :1])], optimizer, end=1e6)
    assert "diverged" in curve.stopped or "the loss was" in curve.stopped
    assert curve.rates[-1] < 1e6


def test_everything_is_as_before() -> None:
    model = Net()
    generator = torch.Generator().manual_seed(5)
    batches = loader(generator=generator)
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    model(data()[0]).sum().backward()
    optimizer.step()
    model.eval()
    state, adam = copy.deepcopy(model.state_dict()), str(optimizer.state_dict())
    gradients = [parameter.grad.clone() for parameter in model.parameters()]
    states = torch.get_rng_state(), generator.get_state()
    sweep(model, batches, optimizer, steps=20)
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    assert str(optimizer.state_dict()) == adam
    assert not any(module.training for module in model.modules())
    assert all(torch.equal(parameter.grad, one) for parameter, one in zip(model.parameters(), gradients))
    assert torch.equal(torch.get_rng_state(), states[0])
    assert torch.equal(generator.get_state(), states[1])


def test_a_short_loader_begins_again() -> None:
    curve = sweep(batches=[data()], steps=30)
    assert len(curve.rates) == 30


def test_an_iterator_that_ends_early_ends_the_test() -> None:
    curve = sweep(batches=iter([data()] * 13), steps=30)
    assert len(curve.rates) == 13
    assert curve.stopped == "the loader ended after 13 batches"
    few = sweep(batches=iter([data()] * 4), steps=30)
    assert few.suggestion is None
    assert "too few" in few.explanation


def test_groups_keep_their_ratios() -> None:
    model = Net()
    seen = []

    class Watched(torch.optim.SGD):
        def step(self, closure=None):
            seen.append([group["lr"] for group in self.param_groups])
            return super().step(closure)

    groups = [{"params": model.body.parameters(), "lr": 0.01}, {"params": model.head.parameters(), "lr": 0.1}]
    sweep(model, optimizer=Watched(groups, 0.1), steps=10)
    assert seen
    assert all(body == pytest.approx(head / 10) for body, head in seen)


def test_nothing_is_suggested_where_nothing_falls() -> None:
    def loss(output, y):
        return nn.functional.cross_entropy(output[torch.randperm(len(output))], y)

    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    curve = torchlint.lr_range_test(model, loss, loader(), optimizer, end=1e-3)
    assert curve.suggestion is None
    assert curve.largest is None
    assert "does not fall" in curve.explanation
    assert "does not fall" in str(curve)


def test_a_function_that_builds_the_model() -> None:
    optimizer = lambda model: torch.optim.Adam(model.parameters())  # noqa: E731
    curve = torchlint.lr_range_test(Net, nn.CrossEntropyLoss(), loader(), optimizer, steps=20)
    assert len(curve.rates) > 10


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"loader": 3}, "loader: something to iterate over"),
        ({"loader": []}, "loader: it gives no batch"),
        ({"loader": [object()]}, "batch: a object can't be handed"),
        ({"loader": [(torch.randn(4, 3), torch.zeros(4))]}, "the model fails on the batch"),
        ({"loss_fn": nn.CrossEntropyLoss(reduction="none")}, "one number is wanted"),
        ({"start": 0.0}, "0 < start < end"),
        ({"start": 1.0, "end": 0.1}, "0 < start < end"),
        ({"steps": 3}, "steps: at least 10"),
        ({"diverged": 1.0}, "diverged: a number above 1"),
        ({"optimizer": torch.optim.LBFGS(Net().parameters())}, "LBFGS steps with a closure"),
        ({"optimizer": None}, "optimizer: a torch.optim.Optimizer is wanted"),
        ({"device": "nowhere"}, "device: 'nowhere' can't be used"),
    ],
)
def test_bad_input(change: dict[str, Any], message: str) -> None:
    model = Net()
    arguments: dict[str, Any] = {
        "model": model,
        "loss_fn": nn.CrossEntropyLoss(),
        "loader": [data()],
        "optimizer": torch.optim.SGD(model.parameters(), 0.1),
    }
    with pytest.raises((TypeError, ValueError), match=message):
        torchlint.lr_range_test(**{**arguments, **change})


def test_table_and_json() -> None:
    curve = sweep(steps=40)
    text = str(curve)
    assert "<- falls fastest" in text
    assert "Smith" in text
    written = json.loads(curve.to_json())
    assert written["suggestion"] == curve.suggestion
    assert len(written["rates"]) == len(written["losses"]) == len(written["smoothed"])


def test_plot() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    ax = sweep(steps=20).plot()
    assert ax.get_xscale() == "log"
    assert len(ax.lines) >= 2


def test_plot_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"torchlint\[plot\]"):
        sweep(steps=10).plot()
