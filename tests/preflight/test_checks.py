"""Each check finds its bug, and says nothing about what only looks like it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import torchlint
from torchlint.runtime.preflight import Outcome
from torchlint.runtime.preflight.checks import all_checks

from .programs import CLASSES, FEATURES, SAMPLES, Net, data


def check(name: str, model: nn.Module | None = None, loss_fn: Any = None, batch: Any = None, **options: Any) -> Outcome:
    report = torchlint.preflight(
        model or Net(), loss_fn or nn.CrossEntropyLoss(), data() if batch is None else batch, checks=[name], **options
    )
    outcome = report[name]
    if outcome.status in ("failed", "warning"):
        assert outcome.cause
        assert outcome.help
    return outcome


def test_a_healthy_model_passes_everything() -> None:
    model = Net()
    report = torchlint.preflight(model, nn.CrossEntropyLoss(), data(), optimizer=torch.optim.Adam(model.parameters()))
    assert {outcome.check: outcome.status for outcome in report} == {one.name: "passed" for one in all_checks()}


# ------------------------------------------------------------------------------ data


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda x: x, "passed"),
        (torch.zeros_like, "failed"),
        (lambda x: x[:1].expand_as(x).clone(), "failed"),
        (lambda x: torch.where(x > 2, torch.nan, x), "failed"),
        (lambda x: x * 1e4, "warning"),
        (lambda x: x * 1e-5, "warning"),
        (lambda x: x * 5 + 3, "passed"),
    ],
)
def test_input_range(change, status: str) -> None:
    x, y = data()
    assert check("input-range", batch=(change(x), y)).status == status


def test_raw_bytes_of_images() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(4 * 36, CLASSES))
    pixels = torch.randint(256, (SAMPLES, 3, 8, 8)).float()
    raw = check("input-range", model, batch=(pixels, data()[1]))
    assert raw.status == "warning"
    assert "raw bytes" in raw.message
    assert check("input-range", model, batch=(pixels / 255, data()[1])).status == "passed"


def test_a_mask_of_minus_infinity_is_no_bad_input() -> None:
    class Attention(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.attention = nn.MultiheadAttention(FEATURES, 2, batch_first=True)
            self.head = nn.Linear(FEATURES, CLASSES)

        def forward(self, x, mask):
            return self.head(self.attention(x, x, x, attn_mask=mask)[0][:, -1])

    mask = torch.full((5, 5), -torch.inf).triu(1)
    batch = (torch.randn(SAMPLES, 5, FEATURES), mask, data()[1])
    assert check("input-range", Attention(), batch=batch).status == "passed"


@pytest.mark.parametrize(
    ("change", "status"),
    [(lambda y: y, "passed"), (lambda y: y + 1, "failed"), (lambda y: y - 1, "failed"), (torch.zeros_like, "warning")],
)
def test_labels(change, status: str) -> None:
    x, y = data()
    outcome = check("labels", batch=(x, change(y)))
    assert outcome.status == status


def test_labels_to_ignore_are_no_labels() -> None:
    x, y = data()
    assert check("labels", batch=(x, torch.where(y == 0, -100, y))).status == "passed"
    ignoring = nn.CrossEntropyLoss(ignore_index=255)
    assert check("labels", loss_fn=ignoring, batch=(x, torch.where(y == 0, 255, y))).status == "passed"


def test_labels_of_a_metric_loss_may_be_larger_than_its_embedding() -> None:
    def loss(embedding, y):
        distance = torch.cdist(embedding, embedding)
        return torch.where(y[:, None] == y, distance, F.relu(1 - distance)).mean()

    x, _ = data()
    assert check("labels", loss_fn=loss, batch=(x, torch.arange(SAMPLES) // 2)).status == "passed"


def test_binary_labels_of_minus_one() -> None:
    x, y = data()
    signs = (y[:, None] % 2).float() * 2 - 1
    assert check("labels", Net(outputs=1), F.binary_cross_entropy_with_logits, (x, signs)).status == "failed"
    assert check("labels", Net(outputs=1), F.binary_cross_entropy_with_logits, (x, signs.clamp(0))).status == "passed"


# ------------------------------------------------------------------------------ the loss


def test_initial_loss() -> None:
    model = Net()
    right = check("initial-loss", model)
    assert right.status == "passed"
    assert right.evidence["expected"] == pytest.approx(1.386, abs=0.001)
    nn.init.normal_(model.head.weight, std=10.0)
    wrong = check("initial-loss", model)
    assert (wrong.status, wrong.code) == ("failed", "TLN204")


def test_a_sum_is_judged_by_its_mean() -> None:
    assert check("initial-loss", loss_fn=nn.CrossEntropyLoss(reduction="sum")).status == "passed"


def test_a_low_first_loss_is_that_of_a_trained_model() -> None:
    _, y = data()
    model = nn.Linear(CLASSES, CLASSES)
    with torch.no_grad():
        model.weight.copy_(10 * torch.eye(CLASSES))
    assert check("initial-loss", model, batch=(F.one_hot(y, CLASSES).float(), y)).status == "passed"


def test_other_losses_have_no_value_to_compare_with() -> None:
    outcome = check("initial-loss", Net(outputs=1), lambda out, y: F.mse_loss(out[:, 0], y.float()))
    assert outcome.status == "skipped"


def test_a_loss_that_is_not_finite() -> None:
    outcome = check("initial-loss", loss_fn=lambda out, y: F.cross_entropy(out, y) / 0)
    assert (outcome.status, outcome.code) == ("failed", "TLN503")


@pytest.mark.parametrize(
    ("loss", "code"),
    [
        (lambda out, y: F.cross_entropy(out.softmax(1), y), "TLN201"),
        (F.nll_loss, "TLN203"),
        (lambda out, y: F.binary_cross_entropy_with_logits(out.sigmoid(), F.one_hot(y, CLASSES).float()), "TLN202"),
        (lambda out, y: F.nll_loss(out.log_softmax(0), y), "TLN206"),
        (lambda out, y: F.cross_entropy(out.log_softmax(1), y), None),
    ],
)
def test_loss_inputs(loss, code: str | None) -> None:
    outcome = check("loss-inputs", loss_fn=loss)
    assert (outcome.status, outcome.code) == (("passed", None) if code is None else ("failed", code))


@pytest.mark.parametrize(
    ("loss", "status"),
    [
        (lambda out, y: F.mse_loss(out, y.float()), "failed"),
        (lambda out, y: ((out - y) ** 2).mean(), "failed"),
        (lambda out, y: F.mse_loss(out[:, 0], y.float()), "passed"),
    ],
)
def test_loss_broadcast(loss, status: str) -> None:
    assert check("loss-broadcast", Net(outputs=1), loss).status == status


# ------------------------------------------------------------------------------ gradients


def test_gradients_that_are_cut() -> None:
    outcome = check("gradients", Net(lambda net, hidden: hidden.detach()))
    assert (outcome.status, outcome.code) == ("failed", "TLN108")
    assert "body.weight" in outcome.message


def test_a_layer_that_is_never_called() -> None:
    model = Net()
    model.spare = nn.Linear(2, 2)
    assert check("gradients", model).status == "warning"


def test_a_model_that_was_frozen_whole() -> None:
    assert check("gradients", Net().requires_grad_(False)).status == "failed"


def test_a_frozen_body_is_meant() -> None:
    model = Net()
    model.body.requires_grad_(False)
    assert check("gradients", model).status == "passed"


def test_a_branch_that_starts_at_zero_learns_from_the_second_step_on() -> None:
    model = nn.Sequential(nn.Linear(FEATURES, 16), nn.ReLU(), nn.Linear(16, CLASSES))
    nn.init.zeros_(model[2].weight)
    assert check("gradients", model).status == "passed"


def test_a_dead_layer() -> None:
    model = nn.Sequential(nn.Linear(FEATURES, 16), nn.ReLU(), nn.Linear(16, CLASSES))
    nn.init.constant_(model[0].bias, -100.0)
    assert check("gradients", model).status == "failed"
    dead = check("initialisation", model)
    assert dead.status == "failed"
    assert dead.evidence["dead_units"] == 1.0


def test_an_optimizer_that_misses_parameters() -> None:
    model = Net()
    names = dict(model.named_parameters())
    some = torch.optim.SGD([names[name] for name in names if name != "head.bias"], 0.1)
    outcome = check("gradients", model, optimizer=some)
    assert outcome.status == "failed"
    assert "head.bias" in outcome.message


def test_an_optimizer_of_a_head_that_was_replaced() -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    model.head = nn.Linear(32, CLASSES)
    outcome = check("gradients", model, optimizer=optimizer)
    assert outcome.status == "failed"
    assert "no parameters of the model" in outcome.message


def test_fine_tuning_a_head_is_meant() -> None:
    model = Net()
    assert check("gradients", model, optimizer=torch.optim.SGD(model.head.parameters(), 0.1)).status == "passed"


def test_a_sparse_embedding_learns() -> None:
    model = nn.Sequential(nn.EmbeddingBag(20, 8, sparse=True), nn.Linear(8, CLASSES))
    batch = (torch.randint(20, (SAMPLES, 3)), data()[1])
    assert check("gradients", model, batch=batch).status == "passed"


# ------------------------------------------------------------------------------ independence and modes


def test_batch_mixing() -> None:
    assert check("batch-mixing").status == "passed"
    outcome = check("batch-mixing", Net(lambda net, hidden: hidden.t().reshape(hidden.shape)))
    assert (outcome.status, outcome.code) == ("failed", "TLN402")


def test_batchnorm_mixes_on_purpose() -> None:
    model = nn.Sequential(
        nn.Linear(FEATURES, 8), nn.BatchNorm1d(8, track_running_stats=False), nn.ReLU(), nn.Linear(8, CLASSES)
    )
    assert check("batch-mixing", model).status == "passed"


def test_tokens_have_no_gradient_and_are_replaced() -> None:
    class Words(nn.Module):
        def __init__(self, mixes: bool) -> None:
            super().__init__()
            self.embed, self.head = nn.Embedding(20, 8), nn.Linear(8, CLASSES)
            self.mixes = mixes

        def forward(self, tokens):
            words = self.embed(tokens)
            return self.head(words.transpose(0, 1).reshape(words.shape).mean(1) if self.mixes else words.mean(1))

    batch = (torch.randint(20, (SAMPLES, 6)), data()[1])
    assert check("batch-mixing", Words(False), batch=batch).status == "passed"
    assert check("batch-mixing", Words(True), batch=batch).status == "failed"


class Recurrent(nn.Module):
    def __init__(self, batch_first: bool, each_step: bool) -> None:
        super().__init__()
        self.lstm = nn.LSTM(FEATURES, 16, batch_first=batch_first)
        self.head = nn.Linear(16, CLASSES)
        self.each_step = each_step

    def forward(self, x):
        hidden, _ = self.lstm(x)
        return self.head(hidden if self.each_step else hidden[:, -1])


def test_an_lstm_that_takes_the_batch_for_time() -> None:
    batch = (torch.randn(12, 7, FEATURES), torch.arange(12) % CLASSES)
    assert check("batch-mixing", Recurrent(True, False), batch=batch).status == "passed"
    assert check("batch-mixing", Recurrent(False, False), batch=batch).status == "failed"


def test_time_first_can_not_be_told_from_batch_first_by_shapes() -> None:
    def loss(out, y):
        return F.cross_entropy(out.flatten(0, 1), y.flatten())

    batch = (torch.randn(12, 7, FEATURES), torch.randint(CLASSES, (12, 7)))
    outcome = check("batch-mixing", Recurrent(False, True), loss, batch)
    assert outcome.status == "skipped"
    assert "batch_first=True" in outcome.message
    assert check("batch-mixing", Recurrent(True, True), loss, batch).status == "passed"


def test_the_nodes_of_a_graph_depend_on_each_other() -> None:
    class Graph(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.head = nn.Linear(FEATURES, CLASSES)

        def forward(self, x, adjacency):
            return self.head(adjacency @ x)

    adjacency = (torch.rand(SAMPLES, SAMPLES) < 0.1).float()
    x, y = data()
    assert check("batch-mixing", Graph(), batch=(x, adjacency, y)).status == "skipped"


def test_an_output_that_compares_samples_is_not_judged() -> None:
    class Pairs(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Linear(FEATURES, 16)

        def forward(self, x):
            one = F.normalize(self.embed(x), dim=1)
            return one @ one.t() * 10

    batch = (data()[0], torch.arange(SAMPLES))
    assert check("batch-mixing", Pairs(), batch=batch).status == "skipped"


def test_eval_determinism() -> None:
    assert check("eval-determinism").status == "passed"
    always = check("eval-determinism", Net(lambda net, hidden: F.dropout(hidden)))
    assert (always.status, always.code) == ("failed", "TLN304")


def test_sampling_in_eval_mode_is_meant() -> None:
    outcome = check("eval-determinism", Net(lambda net, hidden: hidden + 0.1 * torch.randn_like(hidden)))
    assert outcome.status == "passed"
    assert "randn_like" in outcome.message


def test_a_state_that_changes_in_eval_mode() -> None:
    def count(net, hidden):
        net.calls = getattr(net, "calls", 0) + 1
        return hidden * net.calls

    assert check("eval-determinism", Net(count)).status == "failed"


def test_train_eval_agreement() -> None:
    assert check("train-eval-agreement").status == "passed"
    assert check("train-eval-agreement", Net(lambda net, h: h if net.training else -h)).status == "failed"
    slow = Net()
    slow.norm.momentum = 1e-4
    x, y = data()
    assert check("train-eval-agreement", slow, batch=(x + 20, y)).status == "failed"
    assert check("train-eval-agreement", Net(), batch=(x + 20, y)).status == "passed"


# ------------------------------------------------------------------------------ initialisation


def test_weights_that_are_all_the_same() -> None:
    model = Net()
    nn.init.constant_(model.body.weight, 0.1)
    assert check("initialisation", model).status == "failed"
    model = Net()
    nn.init.zeros_(model.head.weight)
    assert check("initialisation", model).status == "passed"


def test_saturated_activations() -> None:
    def model(std: float) -> nn.Module:
        layers = nn.Sequential(nn.Linear(FEATURES, 16), nn.Tanh(), nn.Linear(16, CLASSES))
        nn.init.normal_(layers[0].weight, std=std)
        return layers

    assert check("initialisation", model(0.3)).status == "passed"
    assert check("initialisation", model(20.0)).status == "warning"


def test_gradients_that_vanish() -> None:
    layers = [part for _ in range(20) for part in (nn.Linear(16, 16), nn.Sigmoid())]
    model = nn.Sequential(nn.Linear(FEATURES, 16), *layers, nn.Linear(16, CLASSES))
    assert check("initialisation", model).status == "warning"


def test_output_bias() -> None:
    x, y = data()
    rare = (torch.arange(SAMPLES) % 16 == 0).long()
    model = Net(outputs=2)
    assert check("output-bias", model, batch=(x, rare)).status == "warning"
    with torch.no_grad():
        model.head.weight.mul_(0.1)
        model.head.bias.copy_(torch.tensor([15 / 16, 1 / 16]).log())
    assert check("output-bias", model, batch=(x, rare)).status == "passed"
    assert check("output-bias", batch=(x, y)).status == "passed"
    assert check("output-bias", nn.Linear(FEATURES, 100), batch=(x, y)).status == "skipped"


# ------------------------------------------------------------------------------ short trainings


def test_overfit_sample() -> None:
    assert check("overfit-sample").status == "passed"
    outcome = check("overfit-sample", loss_fn=lambda out, y: F.cross_entropy(0.1 * out.tanh(), y))
    assert outcome.status == "failed"


def test_overfit_batch() -> None:
    passed = check("overfit-batch")
    assert passed.status == "passed"
    assert passed.evidence["best_loss"] < passed.evidence["guessing"] / 2
    shuffled = Net(lambda net, hidden: hidden[torch.randperm(len(hidden))])
    assert check("overfit-batch", shuffled).status == "failed"


def test_a_regression_has_to_beat_the_mean() -> None:
    x, _ = data()
    target = 100 + 5 * x[:, 0]

    def squeezed(out, y):
        return F.mse_loss(out.squeeze(1), y)

    batch = (x, (target - 100) / 5)
    assert check("overfit-batch", Net(outputs=1), squeezed, batch).status == "passed"
    assert check("overfit-batch", Net(outputs=1), F.mse_loss, batch).status == "failed"


def test_a_loss_whose_floor_is_not_known_has_to_fall() -> None:
    smooth = nn.CrossEntropyLoss(label_smoothing=0.2)
    outcome = check("overfit-batch", loss_fn=smooth)
    assert outcome.status == "passed"
    assert "guessing" not in outcome.evidence


def test_zero_input() -> None:
    assert check("zero-input").status == "passed"
    ignored = check("zero-input", Net(lambda net, hidden: torch.zeros_like(hidden)))
    assert ignored.status == "failed"
    assert ignored.evidence["change"] == 0.0


def test_one_of_two_inputs_that_is_not_used() -> None:
    class Two(Net):
        def __init__(self, uses: bool) -> None:
            super().__init__()
            self.uses = uses

        def forward(self, x, extra):
            return super().forward(x + extra if self.uses else x)

    x, y = data()
    batch = (x, torch.randn_like(x), y)
    assert check("zero-input", Two(True), batch=batch).status == "passed"
    unused = check("zero-input", Two(False), batch=batch)
    assert unused.status == "warning"
    assert "input 2" in unused.message


def test_targets_that_need_no_input() -> None:
    x, y = data()
    assert check("zero-input", batch=(x, torch.zeros_like(y))).status == "skipped"


@pytest.mark.parametrize(("rate", "status"), [(0.1, "passed"), (1e-12, "warning"), (0.0, "warning"), (1e9, "warning")])
def test_optimizer(rate: float, status: str) -> None:
    model = Net()
    assert check("optimizer", model, optimizer=torch.optim.SGD(model.parameters(), rate)).status == status


def test_the_optimizer_is_skipped_where_there_is_none() -> None:
    assert check("optimizer").status == "skipped"
