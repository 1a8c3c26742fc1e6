"""The callback in real trainings of Hugging Face's Trainer, of tiny models that need no network."""

from __future__ import annotations

import gc
import inspect
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import torchlint
from guard.pages import run_snippets
from torchlint import GuardError
from torchlint.runtime import doors

transformers = pytest.importorskip("transformers")
# its Trainer wants it
pytest.importorskip("accelerate")

from torchlint.integrations.transformers import GuardCallback  # noqa: E402  (not without Transformers)

Trainer = transformers.Trainer

WORDS, LENGTH, LABELS = 32, 8, 4


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    transformers.logging.set_verbosity_error()
    monkeypatch.setenv("WANDB_DISABLED", "true")


def classifier() -> nn.Module:
    torch.manual_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    config = transformers.BertConfig(
        vocab_size=WORDS, max_position_embeddings=LENGTH, num_labels=LABELS, pad_token_id=0, **sizes
    )
    return transformers.BertForSequenceClassification(config)


def language_model() -> nn.Module:
    torch.manual_seed(0)
    sizes = {"n_embd": 16, "n_layer": 1, "n_head": 2, "n_positions": LENGTH}
    return transformers.GPT2LMHeadModel(
        transformers.GPT2Config(vocab_size=WORDS, bos_token_id=0, eos_token_id=0, **sizes)
    )


def sentences(count: int = 64) -> list[dict[str, torch.Tensor]]:
    words = torch.randint(1, WORDS, (count, LENGTH), generator=torch.Generator().manual_seed(0))
    return [{"input_ids": row, "labels": row[0] % LABELS} for row in words]


def texts(count: int = 64) -> list[dict[str, torch.Tensor]]:
    first = torch.randint(0, WORDS, (count, 1), generator=torch.Generator().manual_seed(0))
    return [{"input_ids": row, "labels": row} for row in (first + torch.arange(LENGTH)) % WORDS]


def trainer(
    folder: Path, model: nn.Module, data: Any, callbacks: Any, kind: type = Trainer, steps: int = 12, **options: Any
) -> Any:
    arguments = transformers.TrainingArguments(
        str(folder),
        max_steps=steps,
        per_device_train_batch_size=8,
        learning_rate=1e-3,
        use_cpu=True,
        disable_tqdm=True,
        dataloader_pin_memory=False,
        save_strategy="no",
        report_to=[],
        **options,
    )
    return kind(model, arguments, train_dataset=data, eval_dataset=data[:16], callbacks=callbacks)


def fail(finding: Any) -> None:
    pytest.fail(str(finding))


# ------------------------------------------------------------------ healthy ones


@pytest.mark.parametrize(
    ("make", "data", "options"),
    [
        (classifier, sentences, {"eval_strategy": "steps", "eval_steps": 4}),
        (classifier, sentences, {"gradient_accumulation_steps": 2, "max_grad_norm": 0.1, "warmup_steps": 4}),
        (language_model, texts, {"bf16": True, "eval_strategy": "steps", "eval_steps": 4}),
    ],
    ids=["evaluation", "accumulation", "language-model"],
)
def test_same_to_the_bit_and_silent(make: Any, data: Any, options: dict[str, Any], tmp_path: Path) -> None:
    results = []
    for callbacks in ([], [GuardCallback(action=fail)]):
        model = make()
        with warnings.catch_warnings():
            # an internal error of the guard is a warning, too
            warnings.filterwarnings("error", message="torchlint")
            trainer(tmp_path, model, data(), callbacks, **options).train()
        results.append([*model.state_dict().values(), torch.get_rng_state()])
    assert all(map(torch.equal, *results))
    guard = callbacks[0].guard
    assert [sample.step for sample in guard.samples] == [0, 1, 2, 4, 8]
    # as state_dict() calls it
    assert guard.samples[1].layers[-1].layer in dict(model.named_modules())


# ------------------------------------------------------------------- planted bugs


class SoftmaxTwice(Trainer):
    def compute_loss(self, model: nn.Module, inputs: dict[str, Any], **rest: Any) -> torch.Tensor:
        labels = inputs.pop("labels")
        return F.cross_entropy(model(**inputs).logits.softmax(-1), labels)


class MissesParameters(Trainer):
    def create_optimizer(self, *args: Any) -> Any:
        self.optimizer = torch.optim.AdamW(list(self.model.parameters())[1:], lr=1e-3)
        return self.optimizer


class StaysInEvalMode(Trainer):
    def compute_loss(self, model: nn.Module, inputs: dict[str, Any], **rest: Any) -> torch.Tensor:
        model.eval()
        return super().compute_loss(model, inputs, **rest)


class BecomesNan(Trainer):
    def compute_loss(self, model: nn.Module, inputs: dict[str, Any], **rest: Any) -> torch.Tensor:
        loss = super().compute_loss(model, inputs, **rest)
        return loss * float("nan") if self.state.global_step == 4 else loss


class Fails(Trainer):
    def compute_loss(self, model: nn.Module, inputs: dict[str, Any], **rest: Any) -> torch.Tensor:
        if self.state.global_step == 2:
            raise KeyError("mine")
        return super().compute_loss(model, inputs, **rest)


def confident_and_wrong() -> nn.Module:
    model = classifier()
    nn.init.normal_(model.classifier.weight, std=80.0)
    return model


def takes_a_logarithm() -> nn.Module:
    class Log(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.log(x - x.mean())

    model = classifier()
    model.classifier = nn.Sequential(nn.Linear(16, LABELS), Log())
    return model


@pytest.mark.parametrize(
    ("kind", "make", "code", "step", "module"),
    [
        (SoftmaxTwice, classifier, "TLN201", 0, None),
        (Trainer, confident_and_wrong, "TLN204", 0, None),
        (MissesParameters, classifier, "TLN108", 4, "bert.embeddings.word_embeddings.weight"),
        (StaysInEvalMode, classifier, "TLN302", 4, None),
        (BecomesNan, classifier, "TLN503", 4, None),
        (Trainer, takes_a_logarithm, "TLN503", 0, "classifier.1"),
    ],
)
def test_a_bug_is_found(kind: type, make: Any, code: str, step: int, module: str | None, tmp_path: Path) -> None:
    callback = GuardCallback(action="record")
    trainer(tmp_path, make(), sentences(), [callback], kind, steps=6).train()
    found = callback.guard.findings[0]
    assert (found.code, found.step, found.module) == (code, step, module)
    assert "test_transformers.py" in found.line


def test_the_line_is_that_of_the_users_own_loss(tmp_path: Path) -> None:
    callback = GuardCallback(action="record")
    trainer(tmp_path, classifier(), sentences(), [callback], SoftmaxTwice, steps=2).train()
    source, first = inspect.getsourcelines(SoftmaxTwice.compute_loss)
    assert "softmax" in source[int(callback.guard.findings[0].line.rpartition(":")[2]) - first]


# ------------------------------------------------------- how it begins and ends


def test_an_error_comes_out_as_itself_and_ends_the_guard(tmp_path: Path) -> None:
    with pytest.raises(GuardError) as caught:
        trainer(tmp_path, classifier(), sentences(), [GuardCallback()], BecomesNan).train()
    assert (caught.value.code, caught.value.step) == ("TLN503", 4)
    assert not doors._watchers
    # a mode that was at work goes with the trainer, which the traceback holds
    del caught
    gc.collect()
    assert not torch._C._len_torch_function_stack()


@pytest.fixture
def failed(tmp_path: Path) -> list[Any]:
    """A trainer whose training has failed, which no callback was told: so its guard is there; and what it tells."""
    told: list[Any] = []
    training = trainer(tmp_path, classifier(), sentences(), [GuardCallback(action=told.append)], Fails)
    with pytest.raises(KeyError):
        training.train()
    assert doors._watchers
    return [training, told]


def test_the_next_training_ends_the_guard_of_one_that_failed(failed: list[Any], tmp_path: Path) -> None:
    callback = GuardCallback(action=fail)
    trainer(tmp_path, classifier(), sentences(), [callback], steps=3).train()
    assert not doors._watchers and len(callback.guard.samples) == 3


def test_a_second_try_is_told_nothing_of_the_first(failed: list[Any]) -> None:
    training, told = failed
    with torch.no_grad():
        training.model.classifier.bias.fill_(float("nan"))
    with pytest.raises(KeyError):
        training.train()
    assert [(found.code, found.step) for found in told] == [("TLN503", 0)]
    del training
    failed.clear()
    gc.collect()


def test_the_next_finding_ends_the_guard_of_a_training_that_failed(failed: list[Any]) -> None:
    model = nn.Linear(4, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for _ in range(6):
        # never cleared, and none of its business
        model(torch.randn(8, 4)).square().mean().backward()
        optimizer.step()
    assert not doors._watchers and not failed[1]


def test_a_trainer_takes_its_guard_along(failed: list[Any]) -> None:
    failed.clear()
    gc.collect()
    assert not doors._watchers


def test_without_transformers_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    monkeypatch.delitem(sys.modules, "torchlint.integrations.transformers")
    with pytest.raises(ImportError, match=r'needs transformers: pip install "torchlint\[transformers\]"'):
        import torchlint.integrations.transformers  # noqa: F401


def test_the_page_runs_as_it_is_written(tmp_path: Path) -> None:
    model, data = classifier(), sentences()
    arguments = trainer(tmp_path, model, data, []).args
    names = {"Trainer": Trainer, "model": model, "arguments": arguments, "data": data, "torchlint": torchlint}
    run_snippets("frameworks.md", "Transformers", names)
    assert names["trainer"].state.global_step == 12
