"""What a preflight leaves behind (nothing), what it takes, and what it says to what it can't take."""

from __future__ import annotations

import collections
import copy
import json
import random
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

import torchlint
from torchlint.runtime.preflight.checks import all_checks
from torchlint.runtime.preflight.checks.base import PreflightCheck

from .programs import CLASSES, FEATURES, SAMPLES, Net, data

QUICK = ["input-range", "labels", "initial-loss"]


# ------------------------------------------------------------------------------ it leaves everything as it was


def test_everything_is_as_before() -> None:
    model = Net()
    x, y = data()
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
    model.eval()
    model.norm.train()
    modes = [module.training for module in model.modules()]
    state, adam = copy.deepcopy(model.state_dict()), copy.deepcopy(optimizer.state_dict())
    gradients = [(parameter.grad, parameter.grad.clone()) for parameter in model.parameters()]
    inputs, labels = x.clone(), y.clone()
    torch.manual_seed(1)
    random.seed(1)
    np.random.seed(1)
    expected = torch.rand(3), random.random(), np.random.rand()
    torch.manual_seed(1)
    random.seed(1)
    np.random.seed(1)

    torchlint.preflight(model, nn.CrossEntropyLoss(), (x, y), optimizer=optimizer)

    assert torch.equal(torch.rand(3), expected[0])
    assert (random.random(), np.random.rand()) == expected[1:]
    assert [module.training for module in model.modules()] == modes
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())
    assert str(optimizer.state_dict()) == str(adam)
    for parameter, (gradient, values) in zip(model.parameters(), gradients):
        assert parameter.grad is gradient
        assert torch.equal(gradient, values)
    assert torch.equal(x, inputs)
    assert torch.equal(y, labels)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


def test_a_model_that_changes_its_input_does_not_change_the_batch() -> None:
    x, y = data()
    before = x.clone()
    model = Net()
    model.register_forward_pre_hook(lambda module, args: (args[0].mul_(0.5),))
    assert torchlint.preflight(model, nn.CrossEntropyLoss(), (x, y)).passed
    assert torch.equal(x, before)


def test_two_runs_say_the_same() -> None:
    def numbers():
        report = torchlint.preflight(Net(), nn.CrossEntropyLoss(), data(), checks=["overfit-sample", "initial-loss"])
        return [outcome.evidence for outcome in report]

    torch.manual_seed(0)
    first = numbers()
    torch.manual_seed(0)
    assert numbers() == first


def test_inside_no_grad_and_inference_mode() -> None:
    for mode in (torch.no_grad, torch.inference_mode):
        with mode():
            model = Net() if mode is torch.no_grad else None
        model = model or Net()
        with mode():
            assert torchlint.preflight(model, nn.CrossEntropyLoss(), data(), checks=["gradients"]).passed


def test_a_guard_does_not_hear_it() -> None:
    model = Net()
    x, y = data()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with torchlint.guard(model, action="record") as guard:
        for _ in range(6):
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
        session = guard._session
        assert session is not None
        before = session.step, session.backwards, len(session.optimizers), len([*session.recorder.newest()])
        # one check has a guard of its own, which comes and goes, and one trains
        checks = ["loss-inputs", "overfit-batch"]
        torchlint.preflight(model, lambda out, y: F.cross_entropy(out.softmax(1), y), (x, y), checks=checks)
        assert (session.step, session.backwards, len(session.optimizers), len([*session.recorder.newest()])) == before
        optimizer.step()
        # and from here on it hears again
        assert session.step == before[0] + 1
    assert [finding.code for finding in guard.findings if finding.code != "TLN101"] == []


# ------------------------------------------------------------------------------ what it takes


class Two(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(2 * FEATURES, CLASSES)

    def forward(self, left, right):
        return self.head(torch.cat([left, right], 1))


Pair = collections.namedtuple("Pair", "inputs label")


def batches() -> list[tuple[str, Any, Any]]:
    x, y = data()
    right = torch.randn_like(x)
    return [
        ("tuple", Net(), (x, y)),
        ("list", Net(), [x, y]),
        ("named tuple", Net(), Pair(x, y)),
        ("three", Two(), (x, right, y)),
        ("nested", Two(), ((x, right), y)),
        ("nested dictionary", Two(), ({"left": x, "right": right}, y)),
        ("dictionary", Two(), {"left": x, "right": right, "labels": y, "name": "a batch"}),
        ("wrapped", Net(), ((x, y),)),
    ]


@pytest.mark.parametrize("name", [name for name, _, _ in batches()])
def test_batches(name: str) -> None:
    model, batch = next((model, batch) for other, model, batch in batches() if other == name)

    def loss(output, target):
        return F.cross_entropy(output, target["labels"] if isinstance(target, dict) else target)

    report = torchlint.preflight(model, loss, batch, checks=["labels", "gradients", "batch-mixing", "overfit-sample"])
    assert [outcome.status for outcome in report] == ["passed"] * 4


def test_a_tensor_is_its_own_target() -> None:
    model = nn.Sequential(nn.Linear(FEATURES, 32), nn.ReLU(), nn.Linear(32, FEATURES))
    report = torchlint.preflight(model, nn.MSELoss(), torch.randn(SAMPLES, FEATURES))
    assert report.passed
    assert not report.warnings


def test_a_loss_that_is_a_method_of_the_model() -> None:
    class Own(Net):
        def loss(self, output, y):
            return F.cross_entropy(output, y) + 0.0 * self.head.weight.sum()

    model = Own()
    assert torchlint.preflight(model, model.loss, data(), checks=["gradients", "overfit-sample"]).passed
    assert all(parameter.grad is None for parameter in model.parameters())


def test_a_loss_with_parameters_of_its_own() -> None:
    class Weighted(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.ones(()))

        def forward(self, output, y):
            return F.cross_entropy(output * self.scale, y)

    report = torchlint.preflight(Net(), Weighted(), data(), checks=["gradients"])
    assert report[0].evidence["trainable"] == len(list(Net().parameters())) + 1


def test_a_function_that_builds_the_model() -> None:
    report = torchlint.preflight(
        Net,
        nn.CrossEntropyLoss(),
        data(),
        optimizer=lambda model: torch.optim.Adam(model.parameters()),
        checks=[*QUICK, "gradients", "overfit-sample"],
    )
    assert report.passed


def test_wrappers_are_looked_through() -> None:
    report = torchlint.preflight(nn.DataParallel(Net()), nn.CrossEntropyLoss(), data(), checks=["gradients"])
    assert report.passed


# ------------------------------------------------------------------------------ what it can't take


class Remembers(Net):
    """Keeps a tensor of its last forward pass, which can't be copied."""

    def forward(self, x):
        self.last = super().forward(x)
        return self.last


def remembering() -> nn.Module:
    model = Remembers()
    model(data()[0])
    return model


class Lazy(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.LazyLinear(3)


@pytest.mark.parametrize(
    ("model", "loss", "batch", "options", "message"),
    [
        (Net(), nn.CrossEntropyLoss(reduction="none"), data(), {}, r"the shape \(64,\), but one number is wanted"),
        (Net(), lambda out, y: 3.0, data(), {}, "loss_fn: a tensor is wanted, not a float"),
        (Net(), lambda out, y: out.nonsense, data(), {}, "loss_fn fails on the model's output"),
        (Net(), nn.CrossEntropyLoss(), (torch.randn(4, 5), data()[1]), {}, "the model fails on the batch"),
        (Net(), nn.CrossEntropyLoss(), object(), {}, "batch: a object can't be handed to a model"),
        (Net(), nn.CrossEntropyLoss(), (), {}, "batch: it is empty"),
        (Net(), nn.CrossEntropyLoss(), ("a", "b"), {}, "batch: no tensor in it"),
        (Two(), nn.CrossEntropyLoss(), {"image": data()[0]}, {}, "none of the keys 'image' as a parameter"),
        (Net(), nn.CrossEntropyLoss(), (torch.randn(0, FEATURES), torch.zeros(0)), {}, "batch: it holds no samples"),
        (remembering(), nn.CrossEntropyLoss(), data(), {}, "because of its attribute last .*lambda: Net"),
        (nn.Linear, nn.CrossEntropyLoss(), data(), {}, "the function that builds it fails: TypeError"),
        ("net", nn.CrossEntropyLoss(), data(), {}, "not a str"),
        (Lazy(), nn.CrossEntropyLoss(), data(), {}, "lazy parameters"),
        (Net().to("meta"), nn.CrossEntropyLoss(), data(), {}, "meta device"),
        (lambda: 3, nn.CrossEntropyLoss(), data(), {}, "the function returned a int"),
        (Net(), "loss", data(), {}, "loss_fn: a function"),
        (Net(), nn.CrossEntropyLoss(), data(), {"device": "nowhere"}, "device: 'nowhere' can't be used"),
        (Net(), nn.CrossEntropyLoss(), data(), {"device": "meta"}, "holds no numbers"),
        (Net(), nn.CrossEntropyLoss(), data(), {"checks": ["overfit-bach"]}, "did you mean 'overfit-batch'"),
        (Net(), nn.CrossEntropyLoss(), data(), {"checks": []}, "none was named"),
        (Net(), nn.CrossEntropyLoss(), data(), {"optimizer": 3}, "optimizer: a torch.optim.Optimizer is wanted"),
        (Net(), nn.CrossEntropyLoss(), data(), {"optimizer": lambda model: 3}, "the function returned a int"),
    ],
)
def test_bad_input(model: Any, loss: Any, batch: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message) as error:
        torchlint.preflight(model, loss, batch, **options)
    assert "\n" not in str(error.value)


def test_a_model_that_can_not_be_copied_can_be_built() -> None:
    assert torchlint.preflight(Remembers, nn.CrossEntropyLoss(), data(), checks=["gradients"]).passed


def test_a_model_that_remembers_may_be_copied_before_its_first_call() -> None:
    assert torchlint.preflight(Remembers(), nn.CrossEntropyLoss(), data(), checks=["gradients", "batch-mixing"]).passed


def test_labels_out_of_range_are_told_and_not_raised() -> None:
    x, y = data()
    report = torchlint.preflight(Net(), nn.CrossEntropyLoss(), (x, y + 1))
    assert [outcome.check for outcome in report.failed] == ["labels"]
    assert report["overfit-batch"].status == "skipped"


def test_a_check_that_breaks_does_not_break_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = next(check for check in all_checks() if check.name == "labels")
    monkeypatch.setattr(broken, "run", lambda self, subject: 1 / 0)
    report = torchlint.preflight(Net(), nn.CrossEntropyLoss(), data(), checks=QUICK)
    assert [outcome.status for outcome in report] == ["passed", "skipped", "passed"]
    assert "ZeroDivisionError" in report["labels"].message


# ------------------------------------------------------------------------------ the report


def failing() -> torchlint.PreflightReport:
    return torchlint.preflight(
        Net(), lambda out, y: F.cross_entropy(out.softmax(1), y), data(), checks=["loss-inputs", "TLN204"]
    )


def test_the_report() -> None:
    report = failing()
    assert not report.passed
    assert [outcome.check for outcome in report.failed] == ["loss-inputs"]
    assert report["initial-loss"].status == "passed"
    with pytest.raises(KeyError):
        report["nonsense"]
    text = str(report)
    assert "TLN201" in text
    assert "\x1b" not in text
    assert "1 passed, 1 failed, 0 warnings, 0 skipped" in text
    assert max(map(len, text.splitlines())) <= 120
    with pytest.raises(torchlint.PreflightError, match="1 of 2 checks failed") as error:
        report.raise_if_failed()
    assert error.value.report is report
    torchlint.preflight(Net(), nn.CrossEntropyLoss(), data(), checks=QUICK).raise_if_failed()


def test_the_report_as_json() -> None:
    written = json.loads(failing().to_json())
    assert written["passed"] is False
    first = written["outcomes"][0]
    assert (first["check"], first["status"], first["code"]) == ("initial-loss", "passed", "TLN204")
    assert written["outcomes"][1]["url"].endswith("/TLN201")


def test_json_has_no_word_for_infinity() -> None:
    report = torchlint.preflight(Net(), lambda out, y: F.cross_entropy(out, y) / 0, data(), checks=["initial-loss"])
    json.loads(report.to_json(), parse_constant=pytest.fail)


def test_the_report_in_a_notebook() -> None:
    report = failing()
    html = report._repr_html_()
    assert html.count("<tr>") == 3
    assert "loss-inputs" in html
    assert "<script" not in html


def test_every_check_names_itself() -> None:
    names = [check.name for check in all_checks()]
    assert len(set(names)) == len(names)
    assert all(check.__doc__ and issubclass(check, PreflightCheck) for check in all_checks())


def test_codes_are_those_of_the_catalogue() -> None:
    from torchlint.rules import all_rules

    known = {rule.code for rule in all_rules()}
    assert {check.code for check in all_checks() if check.code} <= known
