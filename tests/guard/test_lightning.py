"""The callback in real trainings of Lightning."""

from __future__ import annotations

import copy
import inspect
import logging
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from guard.pages import run_snippets
from guard.programs import CLASSES, Net, batch, codes
from torchlint import GuardError

pl = pytest.importorskip("lightning.pytorch")

from torchlint.integrations.lightning import GuardCallback  # noqa: E402  (not without Lightning)

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:lightning", "ignore:.*LeafSpec", "ignore:.*num_workers")


@pytest.fixture(autouse=True)
def _quiet_and_interruptible() -> Iterator[None]:
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    before = signal.getsignal(signal.SIGINT)
    yield
    # Lightning lets nobody interrupt its shutdown, nor what comes after it
    signal.signal(signal.SIGINT, before)


class Lit(pl.LightningModule):
    """A classifier as people write it; a bug each is one override."""

    def __init__(self) -> None:
        super().__init__()
        self.net = Net()

    def loss(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(self.net(x), y)

    def training_step(self, batch: Any, index: int) -> torch.Tensor:
        loss = self.loss(*batch)
        self.log("loss", loss)
        return loss

    def validation_step(self, batch: Any, index: int) -> None:
        x, y = batch
        self.log("loss of validation", F.cross_entropy(self.net(x), y))

    def configure_optimizers(self) -> Any:
        return torch.optim.SGD(self.net.parameters(), lr=0.05)


def loader(batches: int = 12) -> DataLoader[Any]:
    torch.manual_seed(1)
    return DataLoader(TensorDataset(*batch(16 * batches)), batch_size=16, shuffle=True)


def trainer(callbacks: list[Any], **options: Any) -> Any:
    quiet = dict.fromkeys(("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary"), False)
    return pl.Trainer(**{"max_epochs": 2, "accelerator": "cpu", "callbacks": callbacks, **quiet, **options})


def fit(module: Any, guarded: bool = True, **options: Any) -> Any:
    """The guard of a training with a sanity check and two validations; None where there is none."""
    callback = GuardCallback(action=fail if options.pop("healthy", False) else "record")
    trainer([callback] if guarded else [], **options).fit(module, loader(), loader(4))
    return callback.guard


def fail(finding: Any) -> None:
    pytest.fail(str(finding))


def weights(module: nn.Module) -> list[torch.Tensor]:
    return [tensor.clone() for tensor in module.state_dict().values()]


def same(kind: type, **options: Any) -> None:
    results = []
    for guarded in (False, True):
        torch.manual_seed(0)
        module = kind()
        fit(module, guarded, healthy=True, **options)
        results.append([*weights(module), torch.get_rng_state()])
    assert all(map(torch.equal, *results))


# ------------------------------------------------------------------ healthy ones


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"accumulate_grad_batches": 3, "gradient_clip_val": 0.5},
        {"precision": "bf16-mixed"},
    ],
    ids=str,
)
def test_same_to_the_bit_and_silent(options: dict[str, Any]) -> None:
    same(Lit, **options)


class Gan(pl.LightningModule):
    """Two networks, two optimizers, stepped by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.generator = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 6))
        self.critic = nn.Sequential(nn.Linear(6, 16), nn.LeakyReLU(), nn.Linear(16, 1))

    def training_step(self, batch: Any, index: int) -> None:
        real, (of_generator, of_critic) = batch[0], self.optimizers()
        fake = self.generator(torch.randn(len(real), 4))
        ones, zeros = torch.ones(len(real), 1), torch.zeros(len(real), 1)
        judged = F.binary_cross_entropy_with_logits
        of_critic.zero_grad()
        self.manual_backward(judged(self.critic(real), ones) + judged(self.critic(fake.detach()), zeros))
        of_critic.step()
        self.clear(of_generator)
        self.manual_backward(judged(self.critic(fake), ones))
        self.clip_gradients(of_generator, 0.5, "norm")
        of_generator.step()

    def clear(self, optimizer: Any) -> None:
        optimizer.zero_grad()

    def configure_optimizers(self) -> Any:
        return [torch.optim.Adam(part.parameters(), lr=2e-3) for part in (self.generator, self.critic)]


def test_two_optimizers_that_are_stepped_by_hand() -> None:
    same(Gan)

    class Forgets(Gan):
        def clear(self, optimizer: Any) -> None:
            pass

    (found,) = fit(Forgets()).findings
    assert found.code == "TLN101"
    row = int(found.line.rpartition(":")[2])
    lines, first = inspect.getsourcelines(Gan.training_step)
    # the step itself, which the user's own line makes
    assert "of_generator.step()" in lines[row - first]


def test_layers_of_a_module_with_a_forward_of_its_own() -> None:
    class Plain(Lit):
        def __init__(self) -> None:
            super().__init__()
            self.net = nn.Linear(6, 16)
            self.head = nn.ModuleList([nn.Linear(16, CLASSES)])

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.head[0](torch.relu(self.net(x)))

        def loss(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            return F.cross_entropy(self(x), y)

        def configure_optimizers(self) -> Any:
            return torch.optim.SGD(self.parameters(), lr=0.05)

    guard = fit(Plain(), healthy=True)
    assert [layer.layer for layer in guard.samples[0].layers] == ["net", "head.0"]
    assert guard.samples[0].layers[0].activation_std


# ------------------------------------------------------------------- planted bugs


class SoftmaxTwice(Lit):
    def loss(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(self.net(x).softmax(1), y)


class ConfidentAndWrong(Lit):
    def __init__(self) -> None:
        super().__init__()
        nn.init.normal_(self.net.head.weight, std=20.0)


class MissesParameters(Lit):
    def configure_optimizers(self) -> Any:
        return torch.optim.SGD(list(self.net.parameters())[2:], lr=0.05)


class StaysInEvalMode(Lit):
    def on_train_epoch_start(self) -> None:
        self.net.eval()


class ValidatesInTrainMode(Lit):
    def on_validation_epoch_start(self) -> None:
        self.train()


class CountsInBytes(Lit):
    def on_validation_epoch_start(self) -> None:
        self.correct = torch.zeros((), dtype=torch.uint8)

    def validation_step(self, batch: Any, index: int) -> None:
        x, y = batch
        self.correct += (self.net(x).argmax(1) == y).sum()


class BecomesNan(Lit):
    def loss(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return super().loss(x, y) * (float("nan") if self.global_step == 4 else 1.0)


@pytest.mark.parametrize(
    ("kind", "code", "step", "module"),
    [
        (SoftmaxTwice, "TLN201", 0, None),
        (ConfidentAndWrong, "TLN204", 0, None),
        (MissesParameters, "TLN108", 4, "net.body.0.weight"),
        (StaysInEvalMode, "TLN302", 4, "net"),
        (ValidatesInTrainMode, "TLN301", 12, "net"),
        # in the sanity check already
        (CountsInBytes, "TLN501", 0, None),
        (BecomesNan, "TLN503", 4, None),
    ],
)
def test_a_bug_is_found(kind: type, code: str, step: int, module: str | None) -> None:
    found = fit(kind()).findings[0]
    assert (found.code, found.step, found.module) == (code, step, module)
    # somewhere in the module, and not where fit() is called
    file, _, row = found.line.rpartition(":")
    assert Path(file).name == "test_lightning.py"
    assert "trainer" not in Path(__file__).read_text().splitlines()[int(row) - 1]


# ------------------------------------------------------- how it begins and ends


def test_an_error_comes_out_as_itself() -> None:
    with pytest.raises(GuardError) as caught:
        trainer([GuardCallback()]).fit(BecomesNan(), loader())
    assert (caught.value.code, caught.value.step) == ("TLN503", 4)
    source, row = inspect.getsourcelines(Lit.training_step)
    assert caught.value.finding.line.endswith(f"test_lightning.py:{row}") and "training_step" in source[0]


@pytest.mark.parametrize(("error", "comes_out"), [(KeyError, KeyError), (KeyboardInterrupt, SystemExit)])
def test_the_guard_ends_with_what_ends_the_training(error: type, comes_out: type, tmp_path: Path) -> None:
    class Fails(Lit):
        def loss(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            if self.global_step == 2:
                raise error("mine")
            return super().loss(x, y)

    report = tmp_path / "run.jsonl"
    with pytest.raises(comes_out):
        trainer([GuardCallback(report=report)]).fit(Fails(), loader())
    # that no guard is left behind is seen after each test
    assert f'"error": "{error.__name__}"' in report.read_text().splitlines()[-1]


def test_fit_twice_with_one_callback() -> None:
    callback = GuardCallback(action="record")
    trainer([callback]).fit(SoftmaxTwice(), loader())
    assert codes(callback.guard.findings) == ["TLN201"]
    trainer([callback]).fit(Lit(), loader())
    assert not callback.guard.findings and callback.guard.samples


def test_checkpoints_and_copies(tmp_path: Path) -> None:
    class Copies(pl.Callback):
        def on_train_batch_end(self, trainer: Any, module: Any, *rest: Any) -> None:
            copied = pickle.loads(pickle.dumps(trainer.callbacks[0]))
            copied.guard.stop()
            copy.deepcopy(module)

    results = []
    for callbacks in ([], [GuardCallback(action=fail), Copies()]):
        torch.manual_seed(0)
        first = trainer(callbacks, max_epochs=1, default_root_dir=tmp_path)
        first.fit(Lit(), loader())
        first.save_checkpoint(tmp_path / "first.ckpt")
        module = Lit()
        trainer(callbacks).fit(module, loader(), ckpt_path=tmp_path / "first.ckpt")
        results.append(weights(module))
    assert all(map(torch.equal, *results))


OTHER_NAME = """\
import sys
import pytorch_lightning as pl
import torch
from torchlint import GuardError
from torchlint.integrations.lightning import GuardCallback

class Lit(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = torch.nn.Linear(6, 4)

    def training_step(self, batch, index):
        return torch.nn.functional.cross_entropy(self.net(batch).softmax(1), torch.arange(len(batch)) % 4)

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.05)

quiet = dict.fromkeys(("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary"), False)
try:
    # one that stands alone has to be a Callback of this package
    pl.Trainer(max_steps=3, accelerator="cpu", callbacks=GuardCallback(), **quiet).fit(Lit(), torch.randn(3, 8, 6))
except GuardError as error:
    print(error.code, "lightning" in sys.modules)
"""


def test_the_other_name_of_the_package() -> None:
    pytest.importorskip("pytorch_lightning")
    done = subprocess.run([sys.executable, "-c", OTHER_NAME], capture_output=True, text=True, timeout=300, check=False)
    assert not done.returncode, done.stderr
    assert done.stdout.split("\n")[-2] == "TLN201 False"


def test_without_lightning_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("lightning", "pytorch_lightning", "lightning.pytorch", "torchlint.integrations.lightning"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "torchlint.integrations.lightning")
    with pytest.raises(ImportError, match=r'needs lightning: pip install "torchlint\[lightning\]"'):
        import torchlint.integrations.lightning  # noqa: F401


def test_the_page_runs_as_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    quiet = dict.fromkeys(("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary"), False)
    names = {"Trainer": partial(pl.Trainer, accelerator="cpu", **quiet), "model": Lit(), "loader": loader()}
    run_snippets("frameworks.md", "Lightning", names)
    assert not names["guard"].guard.findings
    assert (tmp_path / "run.jsonl").exists()
