"""TLN301, TLN302, TLN304: train and eval."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F
from torch.optim.swa_utils import update_bn

from .programs import Net, batch, codes, healthy_step, train, watch


def trained(after, model: nn.Module | None = None, steps: int = 8):
    """The findings of a training with something after it."""
    torch.manual_seed(0)
    model = model or Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

    def program():
        for _ in range(steps):
            healthy_step(model, optimizer, *batch())
        after(model)

    return watch(program, model)


def evaluate(model: nn.Module, batches: int = 5) -> None:
    with torch.no_grad():
        for _ in range(batches):
            model(batch()[0])


def test_evaluation_in_train_mode() -> None:
    [finding] = trained(evaluate)
    assert (finding.code, finding.severity) == ("TLN301", "warning")
    assert "body.1" in finding.evidence["layers"]


def test_evaluation_in_eval_mode_is_silent() -> None:
    assert trained(lambda model: evaluate(model.eval())) == []


def test_evaluation_without_sensitive_layers_is_silent() -> None:
    assert trained(evaluate, nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 4))) == []


def test_batchnorm_update_of_weight_averaging_is_silent() -> None:
    assert trained(lambda model: update_bn([batch()[0] for _ in range(5)], model)) == []


def test_generated_samples_between_backwards_are_no_evaluation() -> None:
    def step(model, optimizer, x, y):
        with torch.no_grad():
            model(x)
        healthy_step(model, optimizer, x, y)

    assert train(step) == []


def test_training_in_eval_mode() -> None:
    model = Net().eval()
    [finding] = train(healthy_step, model=model)
    assert (finding.code, finding.severity) == ("TLN302", "warning")
    assert finding.step <= 5


def test_frozen_batchnorm_is_silent() -> None:
    model = Net()
    model.body[1].eval()
    assert train(healthy_step, model=model) == []


def test_dropout_that_ignores_the_mode() -> None:
    class Always(Net):
        def forward(self, x):
            return self.head(F.dropout(self.body(x), 0.3))

    [finding] = trained(lambda model: evaluate(model.eval()), Always())
    assert finding.code == "TLN304"
    assert finding.line is not None and "test_modes.py" in finding.line


def test_dropout_that_follows_the_mode_is_silent() -> None:
    class Follows(Net):
        def forward(self, x):
            return self.head(F.dropout(self.body(x), 0.3, self.training))

    assert trained(lambda model: evaluate(model.eval()), Follows()) == []


def test_monte_carlo_dropout_is_silent() -> None:
    def sample(model):
        model.eval()
        model.body[3].train()
        evaluate(model)

    assert trained(sample) == []


def test_attention_with_dropout_in_evaluation() -> None:
    class Attention(nn.Module):
        def __init__(self, follow: bool) -> None:
            super().__init__()
            self.projection, self.head, self.follow = nn.Linear(6, 12), nn.Linear(4, 4), follow

        def forward(self, x):
            query, key, value = self.projection(x).view(len(x), 1, 3, 4).unbind(2)
            dropout = 0.1 if self.training or not self.follow else 0.0
            return self.head(F.scaled_dot_product_attention(query, key, value, dropout_p=dropout)[:, 0])

    assert codes(trained(lambda model: evaluate(model.eval()), Attention(follow=False))) == ["TLN304"]
    assert trained(lambda model: evaluate(model.eval()), Attention(follow=True)) == []
