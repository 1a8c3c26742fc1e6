"""Bad use gets a clear error, and unusual models, parameters and losses are no trouble."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import torchlint

from .test_bitwise import fail
from .workloads import batch, mlp

pytestmark = [
    # an internal error of the guard is a warning
    pytest.mark.filterwarnings("error:torchlint"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


# ------------------------------------------------------------------- bad use


@pytest.mark.parametrize("thing", [3, None, "model", nn.Linear, [nn.Linear(1, 1)], nn.Linear(1, 1).parameters()])
def test_not_a_module(thing: Any) -> None:
    with pytest.raises(TypeError, match=r"guard\(\) wants torch.nn.Module objects, not "):
        torchlint.guard(thing)


def test_model_on_meta() -> None:
    with torch.device("meta"):
        model = mlp()
    with pytest.raises(ValueError, match=r"meta device.*to_empty"):
        torchlint.guard(model)


@pytest.mark.parametrize("option", ["select", "ignore"])
@pytest.mark.parametrize("codes", [["TLN999"], "TLN503,NONSENSE", ["missing-zero-grad"], [""]])
def test_unknown_code(option: str, codes: Any) -> None:
    with pytest.raises(ValueError, match=f"{option}: the guard has no check"):
        torchlint.guard(mlp(), **{option: codes})


@pytest.mark.parametrize("options", [{"action": "shout"}, {"every": 0}, {"history": -1}])
def test_option_out_of_range(options: Any) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        torchlint.guard(mlp(), **options)


def test_entered_twice() -> None:
    model = mlp()
    guard = torchlint.guard(model)
    with guard, pytest.raises(RuntimeError, match="watching already"):
        guard.start()
    # that has not harmed it
    with guard:
        pass


def test_report_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for report in (tmp_path, tmp_path / "nowhere" / "run.jsonl", tmp_path / "file" / "run.jsonl"):
        with pytest.raises(ValueError, match="report: "):
            torchlint.guard(mlp(), report=report)
    if os.geteuid():
        tmp_path.chmod(0o500)
        with pytest.raises(ValueError, match="can't be written"):
            torchlint.guard(mlp(), report=tmp_path / "run.jsonl")


def test_report_whose_folder_goes_away(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    folder.mkdir()
    guard = torchlint.guard(mlp(), report=folder / "a")
    folder.rmdir()
    with pytest.raises(ValueError, match=r"report: .*can't be written"):
        guard.start()
    # it watches nothing then
    guard.stop()


# ------------------------------------------------------------------- unusual models


def steps(model: Callable[..., torch.Tensor], parameters: Any, x: torch.Tensor | None = None) -> None:
    optimizer = torch.optim.SGD(parameters, lr=0.01)
    for _ in range(7):
        optimizer.zero_grad()
        model(torch.randn(16, 8) if x is None else x).abs().square().mean().backward()
        optimizer.step()


def test_without_parameters() -> None:
    with torchlint.guard(nn.ReLU(), action=fail):
        nn.ReLU()(torch.randn(3))
    model, x = nn.Sequential(nn.Flatten(), nn.Tanh()), torch.randn(4, 8, requires_grad=True)
    with torchlint.guard(model, action=fail):
        # an image is optimized, not the model
        steps(lambda _: model(x), [x], x)


def test_no_model_at_all() -> None:
    weight = torch.randn(8, 4, requires_grad=True)
    with torchlint.guard(action=fail):
        steps(lambda x: x @ weight, [weight])


def test_buffers_on_meta() -> None:
    model = mlp()
    model.register_buffer("later", torch.empty(3, device="meta"))
    with torchlint.guard(model, action=fail, every=2):
        steps(model, model.parameters())


def test_quantised_layers() -> None:
    if "fbgemm" not in torch.backends.quantized.supported_engines:
        pytest.skip("this machine has no engine for quantised layers")
    body = torch.ao.quantization.quantize_dynamic(mlp(), {nn.Linear}, dtype=torch.qint8)
    model = nn.Sequential(body, nn.Linear(4, 4))
    scale = nn.Parameter(torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.quint8), requires_grad=False)
    model.register_parameter("quantised", scale)
    with torchlint.guard(model, action=fail, every=2):
        steps(model, model[1].parameters())


@pytest.mark.parametrize("kind", [torch.float8_e4m3fn, torch.int8, torch.bool, torch.bfloat16, torch.complex64])
def test_parameters_of_other_kinds(kind: torch.dtype) -> None:
    model = mlp()
    model.register_parameter("other", nn.Parameter(torch.ones(3).to(kind), requires_grad=False))
    model.register_buffer("table", torch.ones(3).to(kind))
    with torchlint.guard(model, action=fail, every=2):
        steps(model, [p for p in model.parameters() if p.requires_grad])


def test_complex_nan_is_found() -> None:
    model = nn.Linear(8, 4, dtype=torch.complex64)
    with torch.no_grad():
        model.weight[0, 0] = complex("nan")
    with pytest.raises(torchlint.GuardError) as error, torchlint.guard(model):
        steps(model, model.parameters(), torch.randn(4, 8, dtype=torch.complex64))
    assert (error.value.code, error.value.module) == ("TLN503", "weight")


def test_lazy_modules() -> None:
    model = nn.Sequential(nn.LazyLinear(16), nn.ReLU(), nn.LazyBatchNorm1d(), nn.LazyLinear(4))
    with torchlint.guard(model, action=fail):
        pass
    with torchlint.guard(model, action=fail, every=2):
        model(torch.randn(16, 8))
        steps(model, model.parameters())


def test_outputs_without_numbers() -> None:
    """Token ids from generation, None, strings, an object of its own."""

    class Talker(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = mlp()

        def forward(self, x: torch.Tensor) -> Any:
            output = self.body(x)
            return output.argmax(1), None, "text", [output], object()

    model = Talker()
    with torchlint.guard(model, action=fail):
        steps(lambda x: model(x)[3][0], model.parameters())
        model.eval()
        with torch.no_grad():
            for _ in range(5):
                model(torch.randn(2, 8))


def test_a_nan_in_a_model_with_odd_outputs_and_inputs() -> None:
    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body = mlp()
            self.register_buffer("later", torch.empty(3, device="meta"))

        def forward(self, x: torch.Tensor, *, options: Any = None) -> Any:
            return {"ids": x.long(), "loss": (self.body(x) - 1e3).log().mean(), "more": [None, options]}

    model = Odd()
    with pytest.raises(torchlint.GuardError) as error, torchlint.guard(model):
        steps(lambda x: model(x, options={"a": object()})["loss"], model.parameters())
    assert error.value.code == "TLN503"
    assert error.value.evidence["operation"] == "log"


def test_tied_parameters_and_a_module_used_twice() -> None:
    shared = nn.Linear(8, 8)
    model = nn.Sequential(shared, nn.Tanh(), shared, nn.Linear(8, 8, bias=False))
    model[3].weight = shared.weight
    with torchlint.guard(model, action=fail):
        steps(model, model.parameters())


def test_scripted_model() -> None:
    model = torch.jit.script(mlp())
    with torchlint.guard(model, action=fail):
        steps(model, model.parameters())


# ------------------------------------------------------------------- unusual backward passes


def backward(call: Callable[[torch.Tensor], None], model: nn.Module | None = None) -> None:
    model = model or mlp()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with torchlint.guard(model, action=fail):
        for _ in range(7):
            optimizer.zero_grad()
            call(model(torch.randn(16, 8)))
            optimizer.step()


@pytest.mark.parametrize(
    "call",
    [
        lambda y: y.backward(gradient=torch.ones_like(y)),
        lambda y: y.mean().backward(torch.tensor(0.5)),
        lambda y: torch.autograd.backward([y.mean(), y.square().mean()]),
        lambda y: torch.autograd.backward([y, y.sum()], [torch.ones_like(y), None]),
        lambda y: torch.autograd.backward(iter([y.mean(), y.sum()])),
        lambda y: torch.autograd.backward(tensors=y.mean()),
        lambda y: torch.autograd.backward(
            torch.autograd.graph.get_gradient_edge(y), torch.ones_like(y), retain_graph=True
        ),
        lambda y: torch.autograd.backward([y.mean()], inputs=[]) if y.numel() == 0 else y.mean().backward(),
        lambda y: y.mean().reshape(1, 1).backward(),
        lambda y: y.double().mean().backward(),
    ],
)
def test_ways_of_calling_backward(call: Callable[[torch.Tensor], None]) -> None:
    backward(call)


def test_mistakes_of_the_user_raise_what_they_always_raise() -> None:
    model = mlp()
    with torchlint.guard(model, action=fail):
        for wrong, message in (
            (lambda: model(torch.randn(2, 8)).backward(), "scalar"),
            (lambda: torch.ones(()).backward(), "does not require grad"),
            (lambda: model(torch.randn(2, 3)), "shapes"),
        ):
            with pytest.raises(RuntimeError, match=message):
                wrong()


def test_complex_loss() -> None:
    model = nn.Linear(8, 1, dtype=torch.complex64)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with torchlint.guard(model, action=fail):
        for _ in range(7):
            optimizer.zero_grad()
            loss = model(torch.randn(1, 8, dtype=torch.complex64))
            loss.backward(gradient=torch.ones_like(loss))
            optimizer.step()


def test_parameters_added_and_groups_frozen_on_the_way() -> None:
    model, late = mlp(), nn.Linear(4, 4)
    both = nn.Sequential(model, late)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with torchlint.guard(both, action=fail):
        for step in range(12):
            if step == 3:
                optimizer.add_param_group({"params": late.parameters()})
            if step == 8:
                model[0].requires_grad_(False)
            x, y = batch()
            optimizer.zero_grad()
            F.cross_entropy(both(x), y).backward()
            optimizer.step()
