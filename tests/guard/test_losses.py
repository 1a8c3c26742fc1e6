"""TLN201 to TLN206: what the graph of the loss shows."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from .programs import CLASSES, Net, codes, train


def with_loss(loss):
    def step(model, optimizer, x, y):
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()

    return step


@pytest.mark.parametrize(
    ("code", "loss"),
    [
        ("TLN201", lambda out, y: F.cross_entropy(out.softmax(1), y)),
        ("TLN201", lambda out, y: nn.CrossEntropyLoss(label_smoothing=0.1)(F.softmax(out, dim=-1).squeeze(), y)),
        ("TLN201", lambda out, y: F.cross_entropy(out.softmax(1), F.one_hot(y, CLASSES).float())),
        ("TLN201", lambda out, y: F.cross_entropy(torch.sigmoid(out), y)),
        (
            "TLN202",
            lambda out, y: F.binary_cross_entropy_with_logits(torch.sigmoid(out), F.one_hot(y, CLASSES).float()),
        ),
        ("TLN203", lambda out, y: F.nll_loss(out.softmax(1), y)),
        ("TLN203", F.nll_loss),
        ("TLN203", lambda out, y: F.kl_div(out.softmax(1), F.one_hot(y, CLASSES).float(), reduction="batchmean")),
        ("TLN205", lambda out, y: F.mse_loss(out[:, :1], y.float())),
        ("TLN205", lambda out, y: F.l1_loss(out[:, :1], y.float())),
        ("TLN205", lambda out, y: ((y.float() - out[:, :1]) ** 2).mean()),
        ("TLN206", lambda out, y: F.nll_loss(F.log_softmax(out, dim=0), y)),
        ("TLN206", lambda out, y: F.nll_loss(torch.log(F.softmax(out, dim=0)), y)),
    ],
)
@pytest.mark.filterwarnings("ignore:Using a target size")
def test_wrong_loss(code: str, loss) -> None:
    found = [finding for finding in train(with_loss(loss), steps=3) if finding.severity == "error"]
    assert codes(found) == [code]
    assert found[0].step == 0


@pytest.mark.parametrize(
    "loss",
    [
        F.cross_entropy,
        lambda out, y: F.cross_entropy(F.log_softmax(out, 1), y),
        lambda out, y: F.nll_loss(F.log_softmax(out, 1), y),
        lambda out, y: F.nll_loss(torch.log(out.softmax(1).clamp_min(1e-8)), y),
        lambda out, y: F.binary_cross_entropy(torch.sigmoid(out), F.one_hot(y, CLASSES).float()),
        lambda out, y: F.cross_entropy(out, out.detach().softmax(1)),
        lambda out, y: F.kl_div(out.log_softmax(1), F.one_hot(y, CLASSES).float(), reduction="batchmean"),
        lambda out, y: F.mse_loss(out[:, 0], y.float()),
        # policy gradients use it as a gather
        lambda out, y: (torch.log(-F.nll_loss(out.softmax(1), y, reduction="none")) * -1).mean(),
        # pairwise distances of one tensor
        lambda out, y: (out[:, :1] - out[:, 0]).abs().mean() + F.cross_entropy(out, y),
    ],
)
def test_right_loss(loss) -> None:
    assert train(with_loss(loss), steps=3) == []


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        (lambda out, y: (out[:, :1] > 0) == y, ["TLN205"]),
        (lambda out, y: (out[:, 0] > 0) == y, []),
        # which labels of the batch are the same, as in contrastive losses
        (lambda out, y: y.unsqueeze(1) == y, []),
    ],
)
def test_metric_that_broadcasts(measure, expected: list[str]) -> None:
    def loss(out, y):
        measure(out, y)
        return F.cross_entropy(out, y)

    assert codes(train(with_loss(loss), steps=3)) == expected


def test_weights_of_a_loss_that_broadcast() -> None:
    def loss(out, y):
        return (torch.ones(len(y)) * (out[:, :1] - y.float().unsqueeze(1)) ** 2).mean()

    assert codes(train(with_loss(loss), steps=3)) == ["TLN205"]


def test_first_loss_far_above_guessing() -> None:
    model = Net()
    nn.init.normal_(model.head.weight, std=20.0)
    [finding] = train(with_loss(F.cross_entropy), model=model)
    assert (finding.code, finding.severity, finding.step) == ("TLN204", "warning", 0)
    assert finding.evidence["expected"] == pytest.approx(math.log(CLASSES))
    assert finding.evidence["classes"] == CLASSES


def test_low_first_loss_is_a_trained_model() -> None:
    model = Net()
    train(with_loss(F.cross_entropy), steps=200, model=model)
    assert train(with_loss(F.cross_entropy), model=model) == []


def test_loss_that_ignores_some_targets_is_judged_without_them() -> None:
    def loss(out, y):
        return F.cross_entropy(out, torch.where(y == 0, -100, y), reduction="sum")

    assert train(with_loss(loss), steps=3) == []
