"""The pytest plugin, in a pytest of its own, and the assertions behind it."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from torchlint.integrations import assertions

from .programs import Net, data

pytest_plugins = ["pytester"]

PROGRAM = """\
import pytest
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
X, Y = torch.randn(64, 8), torch.arange(64) % 4


class Net(nn.Module):
    def __init__(self, bug=None):
        super().__init__()
        self.body, self.head, self.bug = nn.Linear(8, 32), nn.Linear(32, 4), bug

    def forward(self, x):
        hidden = torch.relu(self.body(x))
        if self.bug == "detach":
            hidden = hidden.detach()
        if self.bug == "dropout":
            hidden = F.dropout(hidden)
        if self.bug == "mix":
            hidden = hidden.t().reshape(hidden.shape)
        return self.head(hidden) * (100 if self.bug == "scale" else 1)


@pytest.fixture(params=[False, True], ids=["healthy", "buggy"])
def bug(request):
    return lambda name: name if request.param else None


def test_parameters(assert_all_parameters_learn, bug):
    assert_all_parameters_learn(Net(bug("detach")), F.cross_entropy, (X, Y))


def test_eval(assert_eval_is_deterministic, bug):
    assert_eval_is_deterministic(Net(bug("dropout")), F.cross_entropy, (X, Y))


def test_mixing(assert_no_batch_mixing, bug):
    assert_no_batch_mixing(Net(bug("mix")), F.cross_entropy, (X, Y))


def test_loss(assert_initial_loss, bug):
    assert_initial_loss(Net(bug("scale")), F.cross_entropy, (X, Y))


def test_learning(assert_overfits, bug):
    squashed = lambda out, y: F.cross_entropy(out.softmax(1).softmax(1), y)
    assert_overfits(Net(), squashed if bug("squash") else F.cross_entropy, (X, Y))
"""


def test_fixtures(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(PROGRAM)
    result = pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=5, failed=5)
    result.stdout.fnmatch_lines(
        [
            "*test_parameters[[]buggy]*",
            "*AssertionError*",
            "*TLN108*",
            "*TLN304*",
            "*TLN402*",
            "*TLN204*",
            "*overfit-batch*",
        ]
    )
    # the report is what people want to see, not our own code
    result.stdout.no_fnmatch_line("*def _asserted*")


def test_nothing_is_loaded_that_no_test_asks_for(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_modules():
            assert "torchlint.integrations.pytest_plugin" in sys.modules
            assert not {"torch", "libcst", "torchlint.runtime"} & set(sys.modules)
        """
    )
    pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_what_can_not_be_judged_fails() -> None:
    with pytest.raises(AssertionError, match="it can't be judged"):
        assertions.assert_initial_loss(Net(outputs=1), lambda out, y: F.mse_loss(out[:, 0], y.float()), data())


def test_a_warning_fails() -> None:
    model = Net()
    model.spare = nn.Linear(2, 2)
    with pytest.raises(AssertionError, match="TLN108"):
        assertions.assert_all_parameters_learn(model, F.cross_entropy, data())


def test_options_are_those_of_the_preflight() -> None:
    model = Net()
    optimizer = torch.optim.SGD([model.head.weight, *model.body.parameters(), *model.norm.parameters()], 0.1)
    with pytest.raises(AssertionError, match=r"head\.bias"):
        assertions.assert_all_parameters_learn(model, F.cross_entropy, data(), optimizer=optimizer, seed=3)


def test_without_the_plugin_they_are_functions() -> None:
    report = assertions.assert_all_parameters_learn(Net(), F.cross_entropy, data())
    assert report.passed
