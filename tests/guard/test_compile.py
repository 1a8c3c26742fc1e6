"""Under `torch.compile` the guard adds no graph, no break and no recompilation, whatever of the model is guarded."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch._dynamo.utils import counters

import torchlint

from .test_bitwise import fail, same
from .workloads import Watch, batch, mlp, weights

Program = Callable[[Watch, Any], list[Any]]

STEPS = 7


class Net(nn.Module):
    """Of a class of its own: torch leaves its own containers uncompiled."""

    def __init__(self) -> None:
        super().__init__()
        self.body = mlp(dropout=0.1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.body(x) * 2


def train(model: Callable[..., torch.Tensor], module: nn.Module, steps: int = STEPS) -> list[Any]:
    optimizer, losses = torch.optim.SGD(module.parameters(), lr=0.1), []
    for _ in range(steps):
        x, y = batch()
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def evaluate(model: nn.Module) -> list[Any]:
    model.eval()
    with torch.no_grad():
        result = [model(torch.ones(4, 8))]
    model.train()
    return result


def guard_of_the_compiled(watch: Watch, backend: Any) -> list[Any]:
    compiled = torch.compile(Net(), backend=backend)
    with watch(compiled):
        computed = train(compiled, compiled) + evaluate(compiled) + train(compiled, compiled, 2)
    return [*computed, *train(compiled, compiled, 2), *weights(compiled)]


def guard_of_the_inner(watch: Watch, backend: Any) -> list[Any]:
    model = Net()
    compiled = torch.compile(model, backend=backend)
    with watch(model):
        computed = train(compiled, model) + evaluate(compiled)
    return [*computed, *train(compiled, model, 2), *weights(model)]


def guard_of_an_inner_sequential(watch: Watch, backend: Any) -> list[Any]:
    """Of torch's own class: the compiler inlines its hooks."""
    model = mlp(dropout=0.1)
    compiled = torch.compile(model, backend=backend)
    with watch(model):
        computed = train(compiled, model) + evaluate(compiled)
    return [*computed, *train(compiled, model, 2), *weights(model)]


def sequential_compiled_inside(watch: Watch, backend: Any) -> list[Any]:
    model = mlp(dropout=0.1)
    with watch(model):
        computed = train(model, model, 2)
        compiled = torch.compile(model, backend=backend)
        computed += train(compiled, model) + evaluate(compiled)
    return [*computed, *train(compiled, model, 2), *weights(model)]


def model_compile(watch: Watch, backend: Any) -> list[Any]:
    model = Net()
    model.compile(backend=backend)
    with watch(model):
        computed = train(model, model) + evaluate(model)
    return [*computed, *train(model, model, 2), *weights(model)]


def compiled_inside(watch: Watch, backend: Any) -> list[Any]:
    model = Net()
    with watch(model):
        computed = train(model, model, 2)
        compiled = torch.compile(model, backend=backend)
        computed += train(compiled, model) + evaluate(compiled)
    return [*computed, *train(compiled, model, 2), *weights(model)]


def model_compile_inside(watch: Watch, backend: Any) -> list[Any]:
    model = Net()
    with watch(model):
        model.compile(backend=backend)
        computed = train(model, model)
    return [*computed, *train(model, model, 2), *weights(model)]


def warmed_up(watch: Watch, backend: Any) -> list[Any]:
    """Guarded after it was compiled and used, from outside and from inside."""
    model = Net()
    compiled = torch.compile(model, backend=backend)
    computed = train(compiled, model, 3) + evaluate(compiled)
    for guarded in (compiled, model):
        with watch(guarded):
            computed += train(compiled, model) + evaluate(compiled)
        computed += train(compiled, model, 2)
    return [*computed, *weights(model)]


def part_of_a_model(watch: Watch, backend: Any) -> list[Any]:
    model = nn.Sequential(torch.compile(Net(), backend=backend), nn.Linear(4, 4))
    with watch(model):
        computed = train(model, model) + evaluate(model)
    return [*computed, *train(model, model, 2), *weights(model)]


def compiled_loss(watch: Watch, backend: Any) -> list[Any]:
    """A function around model and loss, made inside the block by a decorator."""
    model, losses = Net(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with watch(model):

        @torch.compile(backend=backend)
        def loss_of(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            return F.cross_entropy(model(x), y)

        for _ in range(STEPS):
            loss = loss_of(*batch())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return [losses, *weights(model)]


def compiled_optimizer(watch: Watch, backend: Any) -> list[Any]:
    """Step and clipping, compiled and warmed up before the guard."""
    model, losses = Net(), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    @torch.compile(backend=backend)
    def update() -> None:
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    def step() -> None:
        x, y = batch()
        optimizer.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        update()
        losses.append(loss.item())

    step()
    with watch(model):
        for _ in range(STEPS):
            step()
    step()
    return [losses, *weights(model)]


PROGRAMS: list[Program] = [
    guard_of_the_compiled,
    guard_of_the_inner,
    guard_of_an_inner_sequential,
    sequential_compiled_inside,
    model_compile,
    compiled_inside,
    model_compile_inside,
    warmed_up,
    part_of_a_model,
    compiled_loss,
]


def observed(program: Program, watch: Watch, backend: Any = None) -> tuple[list[Any], dict[str, Any]]:
    """What it computes, and what the compiler did for it."""
    torch._dynamo.reset()
    counters.clear()
    graphs: list[int] = []

    def counting(graph: torch.fx.GraphModule, inputs: Any) -> Any:
        graphs.append(len(graph.graph.nodes))
        return torch._dynamo.lookup_backend("aot_eager")(graph, inputs)

    torch.manual_seed(1)
    computed = program(watch, backend or counting)
    work = {
        "graphs": graphs,
        "frames": counters["frames"]["total"],
        "graph breaks": dict(counters["graph_break"]),
        "recompilations": counters["stats"]["unique_graphs"],
        "limit hit": dict(counters["recompile_limit"]),
    }
    return computed, work


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_nothing_is_compiled_anew(program: Program) -> None:
    plain, plain_work = observed(program, lambda *models: nullcontext())
    guarded, guarded_work = observed(program, lambda *models: torchlint.guard(*models, action=fail))
    assert guarded_work == plain_work
    assert guarded_work["graph breaks"] == {}
    assert same(plain, guarded)


def test_compiled_optimizer_is_the_same_to_the_bit() -> None:
    """Where the step itself is compiled, its hooks are part of what is compiled; the numbers stay what they are."""
    plain, _ = observed(compiled_optimizer, lambda *models: nullcontext())
    guarded, _ = observed(compiled_optimizer, lambda *models: torchlint.guard(*models, action=fail))
    assert same(plain, guarded)


@pytest.mark.skipif(shutil.which("g++") is None, reason="inductor needs a C++ compiler")
def test_with_inductor() -> None:
    plain, plain_work = observed(guard_of_the_compiled, lambda *models: nullcontext(), "inductor")
    watch = lambda *models: torchlint.guard(*models, action=fail)  # noqa: E731
    guarded, guarded_work = observed(guard_of_the_compiled, watch, "inductor")
    assert guarded_work == plain_work
    assert same(plain, guarded)


def test_a_bug_is_still_found() -> None:
    model = torch.compile(Net(), backend="aot_eager")
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with torchlint.guard(model, action="record") as guard:
        for _ in range(6):
            x, y = batch()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
    assert [finding.code for finding in guard.findings] == ["TLN101"]
