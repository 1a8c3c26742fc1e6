#!/usr/bin/env python3
"""What the guard costs beside a plain loop, anomaly mode, isfinite hooks and torch-audit, all in one run.

    python benchmarks/guard_overhead.py [--steps N] [--rounds N] [--device cpu|cuda] [--only NAME] [--json FILE]

Each contender is compared with the plain loop on the same model, optimizer and kind of batches, in pairs of short
blocks of steps: plain, contender, contender, plain, and in the next round the other way round. A pair lasts a fraction
of a second, so that whatever else the machine does meets both sides. The figure is the median of the pairs' ratios
with a 95 % interval from a bootstrap. "plain again" is the plain loop as its own contender: what it shows is noise.
On a CPU the time is that of the process, in one thread; wall time stands beside it. On a GPU it is wall time.

The guard's own time is measured too, at its doors, as are the cost of its first steps and the memory that it adds.
torch-audit takes part where it is installed.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

import torchlint
from torchlint.runtime.pace import LOOK, OPENING

#: the guard is in its steady state after this many steps: the last of its opening checks looks at 64 backward passes
WARM = 70
#: the most that a step may cost under the guard, as a multiple of the plain one
GOALS = {"mlp": 1.03, "cnn": 1.01, "gpt": 1.01, "clipped gpt": 1.01}
#: where the guard's time goes: the session's methods that the doors call
DOORS = ("_forward", "backward_starts", "backward_ended", "step_starts", "step_ended")


# ------------------------------------------------------------------------------ workloads


@dataclass
class Workload:
    """A model with its optimizer, and batches that are new each time: numbers change when it learns them by heart."""

    name: str
    model: nn.Module
    optimizer: torch.optim.Optimizer
    batch: Callable[[], tuple[torch.Tensor, torch.Tensor]]
    #: gradients are clipped, as loops that train language models do
    clips: bool = False

    def step(self, inputs: torch.Tensor, targets: torch.Tensor) -> None:
        self.optimizer.zero_grad()
        loss = F.cross_entropy(self.model(inputs).flatten(0, -2), targets.flatten())
        loss.backward()
        if self.clips:
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()


class Block(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.before_attention, self.before_mlp = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        split = self.qkv(self.before_attention(x)).unflatten(-1, (3, self.heads, -1)).transpose(1, 3)
        mixed = F.scaled_dot_product_attention(*split.unbind(2), is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).flatten(2))
        return x + self.mlp(self.before_mlp(x))


class Gpt(nn.Module):
    def __init__(self, vocabulary: int, length: int, width: int, heads: int, layers: int) -> None:
        super().__init__()
        self.tokens, self.places = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(layers)))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, vocabulary, bias=False)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        x = self.tokens(tokens) + self.places(torch.arange(tokens.shape[1], device=tokens.device))
        return self.head(self.norm(self.blocks(x)))


def mlp(device: str) -> Workload:
    width, rows = (64, 64) if device == "cpu" else (4096, 8192)
    layers = [layer for _ in range(21) for layer in (nn.Linear(width, width), nn.ReLU())]
    model = nn.Sequential(*layers, nn.Linear(width, 10)).to(device)

    def batch() -> tuple[torch.Tensor, torch.Tensor]:
        return torch.randn(rows, width, device=device), torch.randint(10, (rows,), device=device)

    return Workload("mlp", model, torch.optim.SGD(model.parameters(), 0.01, momentum=0.9), batch)


def cnn(device: str) -> Workload:
    width, rows, side = (16, 8, 32) if device == "cpu" else (256, 128, 64)
    layers: list[nn.Module] = []
    before = 3
    for after, stride in ((1, 1), (1, 1), (1, 1), (2, 2), (2, 1), (4, 2), (4, 1), (4, 1)):
        convolution = nn.Conv2d(before, after * width, 3, stride, padding=1, bias=False)
        layers += [convolution, nn.BatchNorm2d(after * width), nn.ReLU()]
        before = after * width
    model = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4 * width, 10)).to(device)

    def batch() -> tuple[torch.Tensor, torch.Tensor]:
        return torch.randn(rows, 3, side, side, device=device), torch.randint(10, (rows,), device=device)

    return Workload("cnn", model, torch.optim.SGD(model.parameters(), 0.01, momentum=0.9), batch)


def gpt(device: str, clips: bool = False) -> Workload:
    vocabulary, length, width, heads, layers, rows = (
        (256, 64, 128, 4, 4, 4) if device == "cpu" else (32768, 1024, 1024, 16, 12, 8)
    )
    model = Gpt(vocabulary, length, width, heads, layers).to(device)

    def batch() -> tuple[torch.Tensor, torch.Tensor]:
        tokens = torch.randint(vocabulary, (rows, length + 1), device=device)
        return tokens[:, :-1], tokens[:, 1:]

    return Workload("gpt", model, torch.optim.AdamW(model.parameters(), 1e-4), batch, clips)


def clipped_gpt(device: str) -> Workload:
    return gpt(device, clips=True)


WORKLOADS = {"mlp": mlp, "cnn": cnn, "gpt": gpt, "clipped gpt": clipped_gpt}


# ----------------------------------------------------------------------------- contenders


class Contender:
    """Something that is switched on around a few steps of the plain loop, and off again."""

    name = "plain again"

    def __init__(self, work: Workload) -> None:
        self.work = work

    def on(self) -> None: ...
    def off(self) -> None: ...


class Guarded(Contender):
    """One guard for the whole run, which is made deaf between its blocks and never sees the others' steps."""

    name = "guard"
    report: Path | None = None

    def __init__(self, work: Workload) -> None:
        super().__init__(work)
        self.guard = torchlint.guard(work.model, action="record", report=self.report).start()
        session = self.guard._session
        assert session is not None
        self.session = session
        for _ in range(WARM):
            work.step(*work.batch())
        self.off()

    def on(self) -> None:
        self.session.attach()

    def off(self) -> None:
        self.session.detach()


class Reported(Guarded):
    """The same, and it writes down what it sees."""

    name = "guard with a report"

    def __init__(self, work: Workload) -> None:
        self.report = Path(tempfile.mkdtemp(), "run.jsonl")
        super().__init__(work)


class Anomaly(Contender):
    name = "anomaly mode"

    def on(self) -> None:
        torch.autograd.set_detect_anomaly(True)

    def off(self) -> None:
        torch.autograd.set_detect_anomaly(False)


class FiniteHooks(Contender):
    name = "isfinite hooks"

    def on(self) -> None:
        leaves = [module for module in self.work.model.modules() if not list(module.children())]
        self.handles = [module.register_forward_hook(self._look) for module in leaves]

    def off(self) -> None:
        for handle in self.handles:
            handle.remove()

    @staticmethod
    def _look(module: nn.Module, inputs: Any, output: torch.Tensor) -> None:
        if not torch.isfinite(output).all():
            raise RuntimeError(f"{type(module).__name__} is not finite")


class TorchAudit(Contender):
    """As its documentation shows it, looking as often as the guard does: at each step."""

    name = "torch-audit"
    every = 1

    def on(self) -> None:
        from torch_audit import autopatch

        self.auditor = autopatch(
            self.work.model, optimizer=self.work.optimizer, every_n_steps=self.every, run_static=False, run_init=False
        )
        # step 0 is always looked at: begin where the steps between two looks are
        self.auditor.step = 1

    def off(self) -> None:
        self.auditor.unpatch()


class TorchAuditSeldom(TorchAudit):
    """With its default: it looks at one step in a thousand, and what is measured are the steps between."""

    name = "torch-audit (1 in 1000)"
    every = 1000


def contenders() -> list[type[Contender]]:
    always: list[type[Contender]] = [Contender, Guarded, Reported, FiniteHooks, Anomaly]
    try:
        import torch_audit  # noqa: F401
    except ImportError:
        print("torch-audit is skipped: it is not installed")
        return always
    return [*always, TorchAudit, TorchAuditSeldom]


# ---------------------------------------------------------------------------- measurements


class Clock:
    """Seconds of a step: of the process where all happens in it, else of the wall."""

    def __init__(self, device: str) -> None:
        self.cuda = device == "cuda"

    def now(self) -> tuple[float, float]:
        if self.cuda:
            torch.cuda.synchronize()
        wall = time.perf_counter()
        return (wall if self.cuda else time.process_time()), wall


def block(work: Workload, contender: Contender, clock: Clock, steps: int) -> list[tuple[float, float]]:
    """The times of a few steps in a row, after one that is not counted."""
    times = []
    contender.on()
    try:
        for number in range(steps + 1):
            batch = work.batch()
            before = clock.now()
            work.step(*batch)
            after = clock.now()
            if number:
                times.append((after[0] - before[0], after[1] - before[1]))
    finally:
        contender.off()
    return times


@dataclass
class Pairs:
    """What the rounds of one contender gave: for each its median step and that of the plain blocks around it."""

    plain: list[tuple[float, float]] = field(default_factory=list)
    contender: list[tuple[float, float]] = field(default_factory=list)

    def ratio(self, which: int) -> tuple[float, float, float]:
        ratios = [mine[which] / base[which] for mine, base in zip(self.contender, self.plain)]
        generator = random.Random(0)
        medians = sorted(statistics.median(generator.choices(ratios, k=len(ratios))) for _ in range(2000))
        return statistics.median(ratios), medians[50], medians[-51]

    def plain_ms(self) -> float:
        return 1000 * statistics.median(base[0] for base in self.plain)


def compare(work: Workload, clock: Clock, rounds: int, steps: int) -> dict[str, Pairs]:
    plain = Contender(work)
    others = [kind(work) for kind in contenders()]
    pairs = {other.name: Pairs() for other in others}
    for number in range(rounds):
        for other in others:
            order = [plain, other, other, plain] if number % 2 else [other, plain, plain, other]
            times: dict[Contender, list[tuple[float, float]]] = {plain: [], other: []}
            for contender in order:
                times[contender] += block(work, contender, clock, steps)
            for side, contender in ((pairs[other.name].plain, plain), (pairs[other.name].contender, other)):
                cpu, wall = zip(*times[contender])
                side.append((statistics.median(cpu), statistics.median(wall)))
    for other in others:
        if isinstance(other, Guarded) and other.guard.findings:
            print(f"the guard reports on the {work.name}:\n{other.guard.summary()}")
    return pairs


@contextmanager
def self_time(session: Any) -> Iterator[list[int]]:
    """The nanoseconds of CPU time that the guard spends in its doors, summed up in the one number of the list."""
    spent = [0]

    def timed(method: Callable[..., Any]) -> Callable[..., Any]:
        def door(*args: Any) -> Any:
            before = time.thread_time_ns()
            try:
                return method(*args)
            finally:
                spent[0] += time.thread_time_ns() - before

        return door

    for name in DOORS:
        setattr(session, name, timed(getattr(session, name)))
    try:
        yield spent
    finally:
        for name in DOORS:
            delattr(session, name)


def own_time(work: Workload, steps: int, kind: type[Guarded] = Guarded) -> tuple[float, float]:
    """Microseconds of the guard in a usual step, and in the mean of all, its regular closer looks among them."""
    guarded = kind(work)
    times = []
    with self_time(guarded.session) as spent:
        guarded.on()
        for _ in range(steps):
            batch = work.batch()
            spent[0] = 0
            work.step(*batch)
            times.append(spent[0] / 1000)
    guarded.off()
    return statistics.median(times), statistics.fmean(times)


def first_steps(work: Workload, clock: Clock, steps: int = 6, rounds: int = 5) -> float:
    """Milliseconds that the first steps under a new guard take more than plain ones, all together."""
    extra = []
    for _ in range(rounds):
        plain = statistics.median(time for time, _ in block(work, Contender(work), clock, steps))
        with torchlint.guard(work.model, action="record"):
            total = 0.0
            for _ in range(steps):
                batch = work.batch()
                before = clock.now()[0]
                work.step(*batch)
                total += clock.now()[0] - before
        extra.append(1000 * (total - steps * plain))
    return statistics.median(extra)


def sample(work: Workload, clock: Clock, every: int = 20, looks: int = 6) -> float:
    """Milliseconds that a step with a sample of all layers takes more than the others of the same closer look."""
    extra = []
    with torchlint.guard(work.model, action="record", every=every) as guard:
        for _ in range(OPENING + every - OPENING % every):
            work.step(*work.batch())
        for _ in range(looks):
            times = []
            for _ in range(every):
                batch = work.batch()
                before = clock.now()[0]
                work.step(*batch)
                times.append(clock.now()[0] - before)
            extra.append(1000 * (times[1] - statistics.median(times[2:LOOK])))
        assert len(guard.samples) > looks
    return statistics.median(extra)


def peak_memory(name: str, device: str, guarded: bool, steps: int = 40) -> float:
    """MiB at most, of a whole process that trains."""
    work = WORKLOADS[name](device)
    guard = torchlint.guard(work.model, action="record")
    if guarded:
        guard.start()
    for _ in range(steps):
        work.step(*work.batch())
    if guarded:
        guard.stop()
    if device == "cuda":
        return torch.cuda.max_memory_allocated() / 2**20
    return peak_of_process()


def peak_of_process() -> float:
    """MiB. Linux hands `ru_maxrss` on from a parent to its children, so there it is read elsewhere."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 2**10
    # in bytes on macOS, in KiB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def added_memory(name: str, device: str, rounds: int) -> float | None:
    """MiB that the guard adds to the peak of a process: the median of interleaved pairs of processes."""

    def measure(kind: str) -> float:
        command = [sys.executable, __file__, "--device", device, "--only", name, "--peak", kind]
        return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    return statistics.median(measure("guard") - measure("plain") for _ in range(rounds)) if rounds else None


# ---------------------------------------------------------------------------------- output


def measure(name: str, device: str, rounds: int, steps: int, memory_rounds: int) -> dict[str, Any]:
    work, clock = WORKLOADS[name](device), Clock(device)
    block(work, Contender(work), clock, 20)
    first, sampled = first_steps(work, clock), sample(work, clock)
    count = 400 if name == "mlp" else 220
    usual, mean = own_time(work, count)
    reported, reported_mean = own_time(work, count, Reported)
    pairs = compare(work, clock, rounds, steps)
    plain = pairs["guard"].plain_ms()
    return {
        "step_ms": plain,
        "parameter_tensors": len(list(work.model.parameters())),
        "guard_self_us": usual,
        "guard_self_share": usual / (10 * plain),
        "guard_mean_us": mean,
        "reported_self_us": reported,
        "reported_mean_us": reported_mean,
        "guard_first_steps_ms": first,
        "guard_sample_ms": sampled,
        "guard_memory_mib": added_memory(name, device, memory_rounds),
        "goal": GOALS[name],
        "ratios": {other: {"cpu": pair.ratio(0), "wall": pair.ratio(1)} for other, pair in pairs.items()},
    }


def show(name: str, result: dict[str, Any]) -> None:
    print(f"\n{name}: {result['step_ms']:.2f} ms a step, {result['parameter_tensors']} parameter tensors")
    for other, ratios in result["ratios"].items():
        cpu, wall = ("{:6.3f} [{:.3f}, {:.3f}]".format(*ratios[kind]) for kind in ("cpu", "wall"))
        goal = f"  goal {result['goal']:.2f}" if other == "guard" else ""
        print(f"  {other:24} {cpu}   wall {wall}{goal}")
    memory = result["guard_memory_mib"]
    print(
        f"  the guard's own time: {result['guard_self_us']:.0f} us in a usual step "
        f"({result['guard_self_share']:.2f} %), {result['guard_mean_us']:.0f} us in the mean of all, with a report "
        f"{result['reported_self_us']:.0f} and {result['reported_mean_us']:.0f} us; its first steps: "
        f"{result['guard_first_steps_ms']:.0f} ms once; a sample of all layers, in one of 100 steps and then of 500: "
        f"{result['guard_sample_ms']:.1f} ms" + ("" if memory is None else f"; memory: {memory:+.1f} MiB")
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=4, help="steps of a block")
    parser.add_argument("--rounds", type=int, default=100, help="pairs of each contender")
    parser.add_argument("--memory-rounds", type=int, default=5, help="pairs of processes that measure memory")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--only", choices=tuple(WORKLOADS), action="append", help="one workload")
    parser.add_argument("--json", help="write the figures to this file")
    parser.add_argument("--peak", choices=("guard", "plain"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    names = options.only or list(WORKLOADS)
    if options.peak:
        print(peak_memory(names[0], options.device, options.peak == "guard"))
        return
    where = torch.cuda.get_device_name() if options.device == "cuda" else "one CPU thread"
    print(f"torch {torch.__version__}, {where}; ratio to the plain loop with its 95 % interval")
    results = {}
    for name in names:
        results[name] = measure(name, options.device, options.rounds, options.steps, options.memory_rounds)
        show(name, results[name])
    if options.json:
        report = {"torch": torch.__version__, "device": where, "workloads": results}
        Path(options.json).write_text(json.dumps(report, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
