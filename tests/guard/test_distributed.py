"""Two processes on gloo: DistributedDataParallel and FSDP2, healthy and not."""

from __future__ import annotations

import copy
import datetime
import json
import os
import time
import warnings
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import multiprocessing, nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

import torchlint
from torchlint.runtime.report.joining import read_run

pytestmark = pytest.mark.skipif(not dist.is_available() or not dist.is_gloo_available(), reason="needs gloo")

RANKS, STEPS = 2, 7

#: seconds for all that a pair of processes does; a collective that waits for nobody ends sooner
PATIENCE = 120


def net() -> nn.Sequential:
    return nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Dropout(0.1), nn.Linear(16, 4))


def ddp() -> nn.Module:
    return DistributedDataParallel(net())


def fsdp() -> nn.Module:
    from torch.distributed.fsdp import fully_shard

    model = net()
    for layer in (model[0], model[3]):
        fully_shard(layer)
    return fully_shard(model)


def train(model: nn.Module, clear: bool = True, poison: int | None = None, micro: int = 1) -> list[float]:
    """`poison`: a step at which rank 1 gets a batch with NaN. `micro`: batches of one step."""
    optimizer, losses = torch.optim.Adam(model.parameters(), lr=0.01), []
    torch.manual_seed(10 + dist.get_rank())
    for step in range(STEPS):
        if clear:
            optimizer.zero_grad()
        for number in range(micro):
            x, y = torch.randn(16, 8), torch.randint(0, 4, (16,))
            if step == poison and dist.get_rank() == 1:
                x[0, 0] = float("nan")
            last = number == micro - 1
            with nullcontext() if last or not hasattr(model, "no_sync") else model.no_sync():
                loss = F.cross_entropy(model(x), y) / micro
                loss.backward()
            losses.append(loss.item())
        optimizer.step()
    return losses


def numbers(model: nn.Module) -> list[torch.Tensor]:
    return [getattr(p, "to_local", lambda p=p: p)().detach().clone() for p in model.parameters()]


def guarded(model: nn.Module, **options: Any) -> list[dict[str, Any]]:
    with warnings.catch_warnings(), torchlint.guard(model, action="record", every=3) as guard:
        warnings.filterwarnings("error", message="torchlint")
        train(model, **options)
    return [finding.as_dict() for finding in guard.findings]


def all_cases(folder: Path) -> dict[str, Any]:
    """Run by each rank; one pair of processes for all cases, since starting them takes the time."""
    results: dict[str, Any] = {}
    for name, make in (("ddp", ddp), ("fsdp", fsdp)):
        for micro in (1, 3):
            torch.manual_seed(0)
            plain_model = make()
            plain = train(plain_model, micro=micro)
            torch.manual_seed(0)
            model = make()
            with torchlint.guard(model, action="record", every=3) as guard:
                losses = train(model, micro=micro)
            same = losses == plain and all(map(torch.equal, numbers(plain_model), numbers(model)))
            results[f"{name} healthy {micro}"] = [same, [finding.as_dict() for finding in guard.findings]]
        torch.manual_seed(0)
        results[f"{name} never cleared"] = guarded(make(), clear=False)
        torch.manual_seed(0)
        results[f"{name} poisoned"] = guarded(make(), poison=4)
    torch.manual_seed(0)
    inner = net()
    wrapped = DistributedDataParallel(inner)
    with torchlint.guard(inner, action="record") as guard:
        train(wrapped)
    results["inner healthy"] = [finding.as_dict() for finding in guard.findings]
    with torchlint.guard(wrapped):
        copied = copy.deepcopy(wrapped.module)
    results["copy"] = len(copied._forward_pre_hooks)
    results["groups"] = groups_of_their_own()
    results["bypassed"] = bypassed()
    results["changed"] = changed_on_one_rank()
    results["sampler"] = sampler_stands_still()
    results["data"] = {kind: data(kind) for kind in DATA}
    # the last one, since it may leave a rank alone
    results["one rank raises"] = one_rank_raises(folder / "run.jsonl")
    return results


#: the seed that a rank draws the batch of a step from
DATA: dict[str, Callable[[int, int], int]] = {
    "same": lambda step, rank: step,
    "own": lambda step, rank: RANKS * step + rank,
    "constant": lambda step, rank: 0,
    "same at first": lambda step, rank: step if step < 3 else RANKS * step + rank,
    "same on one of two": lambda step, rank: step * RANKS + (step % 2) * rank,
    "a model whose own inputs are the same": lambda step, rank: step,
}


def data(kind: str) -> list[Any]:
    torch.manual_seed(0)
    model = ddp()
    second = ddp() if "own inputs" in kind else None
    optimizer = torch.optim.Adam([*model.parameters(), *(second.parameters() if second else [])], lr=0.01)
    with torchlint.guard(*filter(None, [model, second]), action="record", ignore=["TLN705"]) as guard:
        for step in range(STEPS + 3):
            torch.manual_seed(DATA[kind](step, dist.get_rank()))
            x, y = torch.randn(16, 8), torch.randint(0, 4, (16,))
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            if second is not None:
                loss = loss + F.cross_entropy(second(x + dist.get_rank()), y)
            loss.backward()
            optimizer.step()
    return [(finding.code, finding.severity, finding.step) for finding in guard.findings]


def bypassed() -> list[dict[str, Any]]:
    torch.manual_seed(0)
    model = ddp()
    with torchlint.guard(model, action="record") as guard:
        train(model.module)
    return [finding.as_dict() for finding in guard.findings]


def groups_of_their_own() -> list[Any]:
    """Each rank trains another model, whose layers have the same names."""
    groups = [dist.new_group([rank]) for rank in range(RANKS)]
    torch.manual_seed(dist.get_rank())
    model = DistributedDataParallel(net(), process_group=groups[dist.get_rank()])
    with torchlint.guard(model, action="record") as guard:
        train(model)
    return [finding.as_dict() for finding in guard.findings]


def changed_on_one_rank() -> list[dict[str, Any]]:
    torch.manual_seed(0)
    model = ddp()
    if dist.get_rank() == 0:
        with torch.no_grad():
            model.module[3].weight[0, 0] += 0.1
    with torchlint.guard(model, action="record") as guard:
        train(model)
    return [finding.as_dict() for finding in guard.findings]


def sampler_stands_still() -> dict[str, Any]:
    data = TensorDataset(torch.randn(64, 8), torch.randint(0, 4, (64,)))
    results = {}
    for told in (False, True):
        torch.manual_seed(0)
        model = ddp()
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        samplers = [DistributedSampler(data) for _ in range(2)]
        with torchlint.guard(model, action="record") as guard:
            for epoch in range(4):
                if told:
                    samplers[0].set_epoch(epoch)
                for x, y in DataLoader(data, 16, sampler=samplers[0]):
                    optimizer.zero_grad()
                    F.cross_entropy(model(x), y).backward()
                    optimizer.step()
                model.eval()
                with torch.no_grad():
                    # in an evaluation, the order does not matter
                    for x, _ in DataLoader(data, 16, sampler=samplers[1]):
                        model(x)
                model.train()
        results[f"told {told}"] = [(finding.code, finding.severity, finding.step) for finding in guard.findings]
    return results


def one_rank_raises(report: Path) -> dict[str, Any]:
    """A NaN on one rank, and each rank raises on its own: nobody waits for the other inside the guard."""
    torch.manual_seed(0)
    model = ddp()
    start = time.monotonic()
    try:
        with torchlint.guard(model, report=report):
            train(model, poison=4)
    except torchlint.GuardError as error:
        return {"code": error.code, "rank": error.finding.rank, "text": str(error)}
    except RuntimeError as error:
        # the other rank has left, and gloo says so
        return {"code": None, "error": str(error), "seconds": time.monotonic() - start}
    return {"code": None}


def worker(rank: int, folder: str) -> None:
    torch.set_num_threads(1)
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    store = dist.FileStore(f"{folder}/store", RANKS)
    dist.init_process_group(
        "gloo", store=store, rank=rank, world_size=RANKS, timeout=datetime.timedelta(seconds=PATIENCE / 2)
    )
    Path(folder, f"{rank}.json").write_text(json.dumps(all_cases(Path(folder))))
    # no farewell barrier: the other rank may have left already


def on_two_ranks(folder: Path) -> list[dict[str, Any]]:
    context = multiprocessing.start_processes(worker, (str(folder),), nprocs=RANKS, join=False, start_method="spawn")
    deadline = time.monotonic() + PATIENCE
    try:
        while not context.join(timeout=1):
            assert time.monotonic() < deadline, "the ranks hang"
    finally:
        for process in context.processes:
            process.kill()
    return [json.loads((folder / f"{rank}.json").read_text()) for rank in range(RANKS)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ranks")


@pytest.fixture(scope="module")
def results(folder: Path) -> list[dict[str, Any]]:
    return on_two_ranks(folder)


@pytest.mark.parametrize("case", ["ddp healthy 1", "ddp healthy 3", "fsdp healthy 1", "fsdp healthy 3"])
def test_healthy_is_silent_and_the_same_to_the_bit(results: list[dict[str, Any]], case: str) -> None:
    assert [rank[case] for rank in results] == [[True, []]] * RANKS


@pytest.mark.parametrize("case", ["ddp never cleared", "fsdp never cleared"])
def test_a_bug_is_found_on_each_rank(results: list[dict[str, Any]], case: str) -> None:
    assert [[(found["code"], found["rank"]) for found in rank[case]] for rank in results] == [
        [("TLN101", 0)],
        [("TLN101", 1)],
    ]


@pytest.mark.parametrize("case", ["ddp poisoned", "fsdp poisoned"])
def test_nan_on_one_rank(results: list[dict[str, Any]], case: str) -> None:
    """The rank whose batch it is names the input; the other sees it in the gradients that it got."""
    first, second = ([(found["code"], found["step"]) for found in rank[case]] for rank in results)
    assert second == [("TLN503", 4)]
    assert "input" in results[1][case][0]["message"]
    assert first == [("TLN503", 4)]


def test_inner_model_and_copies(results: list[dict[str, Any]]) -> None:
    assert [rank["inner healthy"] for rank in results] == [[], []]
    assert [rank["copy"] for rank in results] == [0, 0]


def test_models_of_groups_of_their_own_are_not_compared(results: list[dict[str, Any]]) -> None:
    assert [rank["groups"] for rank in results] == [[], []]


def test_one_rank_that_raises_hangs_nobody(results: list[dict[str, Any]]) -> None:
    first, second = (rank["one rank raises"] for rank in results)
    assert (second["code"], second["rank"]) == ("TLN503", 1)
    assert "error at rank 1, step 4" in second["text"]
    assert first["code"] in (None, "TLN503")


@pytest.mark.usefixtures("results")
def test_the_logs_of_ranks_that_raised(folder: Path) -> None:
    report = read_run(folder / "run.jsonl")
    assert list(report.ranks) == [0, 1]
    assert all(log.end is not None and log.step_count == 4 for log in report.ranks.values())
    assert ("TLN503", 1) in [(finding["code"], finding["ranks"][-1]) for finding in report.findings]


def test_training_past_the_wrapper(results: list[dict[str, Any]]) -> None:
    for rank, found in enumerate(results):
        codes = {finding["code"]: finding for finding in found["bypassed"]}
        assert set(codes) <= {"TLN702", "TLN703"}
        assert (codes["TLN702"]["severity"], codes["TLN702"]["step"], codes["TLN702"]["rank"]) == ("error", 1, rank)


def test_weights_that_are_changed_on_one_rank(results: list[dict[str, Any]]) -> None:
    for found in results:
        (finding,) = found["changed"]
        assert (finding["code"], finding["severity"], finding["module"]) == ("TLN703", "error", "3")


def test_batches_that_are_the_same_on_all_ranks(results: list[dict[str, Any]]) -> None:
    """Told once, by the first rank; the batch of step 3 can be compared at the end of step 4."""
    first, second = (rank["data"] for rank in results)
    assert first["same"] == [["TLN706", "warning", 4]]
    assert second["same"] == []
    for kind in DATA:
        if kind != "same":
            assert (kind, first[kind], second[kind]) == (kind, [], [])


def test_a_sampler_that_is_not_told_the_epoch(results: list[dict[str, Any]]) -> None:
    for rank in results:
        assert rank["sampler"] == {"told False": [["TLN701", "warning", 4]], "told True": []}
