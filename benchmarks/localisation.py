"""Where does a NaN come from? Who names the module: the guard, autograd's anomaly mode, or forward hooks?

    python -m benchmarks.localisation [--only NAME] [--start N] [--quiet] [--json FILE] [-j N]

Numeric trouble is planted into one module of a program (every architecture, one module of each type it has), and
switched on after a few healthy steps (with `--start 70`, when the guard has settled to its steady state). Four kinds:
NaN in the forward, +inf in the forward, overflow of float16 or float32, and NaN in the backward only. A case
counts if the plain program's loss, gradients or parameters do turn non-finite. Judged *right*:

- the guard, if the first TLN503 finding has the dotted path of the module;
- `torch.autograd.set_detect_anomaly(True)`, if it raises and the traceback of its warning goes through the line that
  was planted (it can't name a module);
- forward hooks on every module that test `isfinite`, if the first that fires is the module's.

The last row is the control: healthy programs, where any word is a false alarm.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

import torch
from torch import nn

from .faults import planting
from .faults.program import Program
from .faults.runner import Guarded, Unwatched
from .faults.workloads.generative import Autoencoder, Diffusion, Vae
from .faults.workloads.metric import Siamese
from .faults.workloads.sequences import Gpt, GruAttention, InfiniteMask, Lstm, TransformerClassifier
from .faults.workloads.structured import GraphNetwork, MixtureOfExperts
from .faults.workloads.supervised import ConvNet, LeNet, Mlp, Regression, ResNet, UNet

PROGRAMS = (
    Mlp, Regression, LeNet, ConvNet, ResNet, UNet, Lstm, GruAttention, Gpt, InfiniteMask, TransformerClassifier,
    Autoencoder, Vae, Diffusion, Siamese, GraphNetwork, MixtureOfExperts,
)  # fmt: skip
METHODS = ("guard", "anomaly mode", "forward hooks")
#: healthy steps at first, and steps with trouble
START, TROUBLED = 3, 2
CONTROL = "none (healthy)"


@dataclass(frozen=True)
class Case:
    program: str
    path: str
    layer: str
    kind: str
    trouble: str
    start: int


def cases(start: int) -> Iterator[Case]:
    for program in PROGRAMS:
        model = program(0, 1).model
        by_type: dict[str, list[str]] = defaultdict(list)
        for path, module in planting.places(model):
            by_type[type(module).__name__].append(path)
        for layer, paths in by_type.items():
            for kind, troubles in planting.KINDS.items():
                for trouble in troubles:
                    yield Case(program.__name__, paths[len(paths) // 2], layer, kind, trouble.__name__, start)
        yield Case(program.__name__, "", "", CONTROL, "", start)


def planted(case: Case) -> Program:
    host = next(program for program in PROGRAMS if program.__name__ == case.program)
    program = host(0, case.start + TROUBLED)
    if case.trouble:
        module = planting.plant(program.model.get_submodule(case.path), getattr(planting, case.trouble))
        iteration = program.iteration

        def armed() -> None:
            module.armed = program.done >= case.start
            iteration()

        program.iteration = armed
    program.validate = lambda: None
    return program


def turns_bad(case: Case) -> bool:
    program = planted(case)
    program.run(Unwatched())
    numbers = [torch.tensor(program.losses), *program.model.parameters()]
    numbers += [p.grad for p in program.model.parameters() if p.grad is not None]
    return not all(bool(torch.isfinite(number).all()) for number in numbers)


def by_guard(case: Case) -> str | None:
    watch = Guarded()
    planted(case).run(watch)
    found = next((finding for finding in watch.findings if finding.code == "TLN503"), None)
    return found and (found.module or "(no module)")


def by_anomaly_mode(case: Case) -> str | None:
    """The path if the warning's traceback leads to the planted line, else what anomaly mode says."""
    program = planted(case)
    with warnings.catch_warnings(record=True) as said, torch.autograd.set_detect_anomaly(True):
        warnings.simplefilter("always")
        try:
            program.run(Unwatched())
        except RuntimeError as error:
            if "returned nan values" not in str(error):
                raise
            blamed = any(Path(planting.__file__).name in str(warning.message) for warning in said)
            return case.path if blamed else str(error).split("'")[1]
    return None


def by_hooks(case: Case) -> str | None:
    program = planted(case)
    first: list[str] = []

    def hook_of(path: str) -> Callable[[nn.Module, object, object], None]:
        def hook(_module: nn.Module, _inputs: object, output: object) -> None:
            for tensor in output if isinstance(output, tuple | list) else [output]:
                if isinstance(tensor, torch.Tensor) and tensor.is_floating_point() and not first:
                    if not torch.isfinite(tensor).all():
                        first.append(path)

        return hook

    hooks = [module.register_forward_hook(hook_of(path)) for path, module in program.model.named_modules()]
    program.run(lambda *_models: nullcontext())
    for hook in hooks:
        hook.remove()
    return first[0] if first else None


def examine(case: Case) -> dict[str, str | None] | None:
    """What each method names; None if the trouble never reaches the loss or a gradient."""
    torch.set_num_threads(1)
    if case.trouble and not turns_bad(case):
        return None
    return dict(zip(METHODS, (by_guard(case), by_anomaly_mode(case), by_hooks(case))))


def examine_all(grid: list[Case], jobs: int) -> Iterator[dict[str, str | None] | None]:
    if jobs <= 1:
        yield from map(examine, grid)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(examine, grid)


def share(tally: Counter[str]) -> str:
    total = tally.total()
    return f"{tally['right']}/{total} = {tally['right'] / total:.0%} ({tally['silent']} silent)" if total else "-"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="cases whose program, path, layer, kind or trouble contains this")
    parser.add_argument("--start", type=int, default=START, help="healthy steps before the trouble")
    parser.add_argument("--quiet", action="store_true", help="show only what the guard got wrong")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("-j", "--jobs", type=int, default=1)
    options = parser.parse_args()

    grid = [case for case in cases(options.start) if options.only in " ".join(map(str, asdict(case).values()))]
    per_kind: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    per_layer: dict[str, Counter[str]] = defaultdict(Counter)
    unseen, rows = 0, []
    for case, named in zip(grid, examine_all(grid, options.jobs)):
        if named is None:
            unseen += 1
            continue
        rows.append({**asdict(case), **named})
        expected = case.path or None
        for method, name in named.items():
            word = "right" if name == expected else "wrong" if name else "silent"
            per_kind[case.kind][method][word] += 1
        if case.trouble:
            per_layer[case.layer]["right" if named["guard"] == expected else "wrong"] += 1
        if not options.quiet or named["guard"] != expected:
            print(f"{case.program:<22} {case.trouble or CONTROL:<22} in {case.path or '-':<28}", named, flush=True)

    print(f"\n{len(rows)} cases; {unseen} more never reach the loss, a gradient or a parameter\n")
    print(f"{'planted':<20}", *(f"{method:<26}" for method in METHODS))
    for kind in (*planting.KINDS, CONTROL):
        if kind in per_kind:
            print(f"{kind:<20}", *(f"{share(per_kind[kind][method]):<26}" for method in METHODS))
    print("\nguard, per layer: ", ", ".join(f"{layer} {share(tally)}" for layer, tally in sorted(per_layer.items())))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
