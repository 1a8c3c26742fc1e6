#!/usr/bin/env python3
"""What it costs that ranks compare their replicas and batches, and that one report is told for all of them.

    python benchmarks/ranks.py [--ranks 2 4] [--rounds N] [--steps N]

DistributedDataParallel on gloo, one thread for each process. Each pair is two guarded blocks of the same training, one
that compares (TLN703, TLN706) and one that does not, in an order that alternates; a pair lasts a second or two, so that
whatever else the machine does meets both sides. A block begins with a guard's first step, where it compares most: six
samples of the layers and sixteen batches in 40 steps. The figure is the median of the pairs' ratios of the CPU time of
rank 0, with a 95 % interval from a bootstrap; "not comparing, again" is the noise. Then, by a clock at the wall around
them, the checks' own time, in the median of their calls, and the time that rank 0 takes for the findings of all, where
each rank has one.
"""

from __future__ import annotations

import argparse
import functools
import random
import socket
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import multiprocessing, nn
from torch.nn.parallel import DistributedDataParallel

import torchlint
from torchlint.runtime.checks.ranks_share_data import RanksShareData
from torchlint.runtime.checks.replicas_diverge import ReplicasDiverge
from torchlint.runtime.together import Together

#: what does not compare
ALONE = ["TLN703", "TLN706"]
#: of the vanishing gradient that deep networks have at first
NOT_ASKED = ["TLN504", "TLN506"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ranks", type=int, nargs="+", default=[2, 4])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--steps", type=int, default=40)
    options = parser.parse_args()
    print(f"torch {torch.__version__}, gloo, {options.rounds} pairs of blocks of {options.steps} steps")
    for ranks in options.ranks:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        multiprocessing.spawn(worker, (ranks, port, options.rounds, options.steps), nprocs=ranks)


def worker(rank: int, ranks: int, port: int, rounds: int, steps: int) -> None:
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=ranks)
    training = Training(rank)
    training.block(steps, ALONE)
    pairs: dict[str, list[float]] = {"comparing": [], "not comparing, again": []}
    for number in range(rounds):
        for name, ratios in pairs.items():
            sides = (ALONE, [] if name == "comparing" else ALONE)
            times = {side: training.block(steps, sides[side]) for side in ((0, 1) if number % 2 else (1, 0))}
            ratios.append(times[1] / times[0])
    spent = own_time(training, steps)
    told = telling_time(training)
    if rank == 0:
        print(f"\n{ranks} ranks, a step of {1e3 * training.step_time:.1f} ms of CPU time under the guard")
        for name, ratios in pairs.items():
            low, high = interval(ratios)
            print(f"  {name:22} {statistics.median(ratios):.3f} [{low:.3f}, {high:.3f}]")
        for name, times in spent.items():
            print(f"  {name:22} {1e3 * statistics.median(times):.2f} ms each time, {len(times)} times in {steps} steps")
        print(f"  {'one report for all':22} {1e3 * told:.1f} ms, once at the end")
    dist.destroy_process_group()


class Training:
    def __init__(self, rank: int) -> None:
        torch.manual_seed(0)
        layers = [part for _ in range(8) for part in (nn.Linear(256, 256), nn.ReLU())]
        self.model = DistributedDataParallel(nn.Sequential(*layers, nn.Linear(256, 10)))
        self.optimizer = torch.optim.SGD(self.model.parameters(), 0.01)
        self.generator = torch.Generator().manual_seed(rank)
        self.step_time = 0.0

    def step(self) -> None:
        inputs = torch.randn(128, 256, generator=self.generator)
        targets = torch.randint(10, (128,), generator=self.generator)
        self.optimizer.zero_grad()
        F.cross_entropy(self.model(inputs), targets).backward()
        self.optimizer.step()

    def block(self, steps: int, ignore: list[str]) -> float:
        """CPU time of so many steps, the first ones of a guard; the last of all ranks ends them."""
        with torchlint.guard(self.model, action="record", ignore=[*NOT_ASKED, *ignore]):
            dist.barrier()
            start = time.process_time()
            for _ in range(steps):
                self.step()
            seconds = time.process_time() - start
            dist.barrier()
        self.step_time = seconds / steps
        return seconds


def own_time(training: Training, steps: int) -> dict[str, list[float]]:
    """Seconds in each call of the checks that compare."""
    spent: dict[str, list[float]] = {}
    parts = [
        ("replicas: leave a note", ReplicasDiverge, "on_sampled"),
        ("replicas: compare", ReplicasDiverge, "_compare"),
        ("batches: digest", RanksShareData, "on_forward"),
        ("batches: note, compare", RanksShareData, "on_step_end"),
    ]
    originals = [(kind, name, getattr(kind, name)) for _, kind, name in parts]
    for label, kind, name in parts:
        setattr(kind, name, timed(getattr(kind, name), spent.setdefault(label, [])))
    training.block(steps, [])
    for kind, name, method in originals:
        setattr(kind, name, method)
    return spent


def timed(method: Callable[..., Any], times: list[float]) -> Callable[..., Any]:
    @functools.wraps(method)
    def door(*args: Any) -> Any:
        start = time.perf_counter()
        try:
            return method(*args)
        finally:
            times.append(time.perf_counter() - start)

    return door


def telling_time(training: Training) -> float:
    """Seconds from the end of the block, which all ranks reach together, until rank 0 knows what all have found."""
    guard = torchlint.guard(training.model, action=lambda finding: None, select=["TLN101"])
    clear, training.optimizer.zero_grad = training.optimizer.zero_grad, lambda: None
    with guard:
        for _ in range(6):
            training.step()
        dist.barrier()
    training.optimizer.zero_grad = clear
    together = guard.together
    assert isinstance(together, Together)
    start = time.perf_counter()
    with together.telling() as told:
        seconds = time.perf_counter() - start
        assert told is None or (len(told.findings) == 1 and not told.unfinished)
    return seconds


def interval(ratios: list[float], draws: int = 2000) -> tuple[float, float]:
    chance = random.Random(0)
    medians = sorted(statistics.median(chance.choices(ratios, k=len(ratios))) for _ in range(draws))
    return medians[draws // 40], medians[-draws // 40]


if __name__ == "__main__":
    main()
