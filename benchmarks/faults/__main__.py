"""The command: `python -m benchmarks.faults --help`."""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from torchlint.runtime.checks import all_checks

from . import __doc__ as about
from .registry import Fault, Workload, all_faults, all_workloads
from .runner import Found, Outcome, Task, perform_all

IN_TIME = 5


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.faults", description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--healthy", action="store_true", help="run the healthy workloads (default: both sets)")
    parser.add_argument("--faults", action="store_true", help="run the faults (default: both sets)")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--only", default="", help="names or expected codes that contain this")
    parser.add_argument("--bitwise", action="store_true", help="compare the losses with and without the guard")
    parser.add_argument("--self-check", action="store_true", help="no guard: determinism and learning")
    parser.add_argument("--quiet", action="store_true", help="of the table, show only what went wrong")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every outcome")
    parser.add_argument("-j", "--jobs", type=int, default=1)
    return parser.parse_args(arguments)


def chosen(options: argparse.Namespace) -> tuple[list[Workload], list[Fault]]:
    both = options.healthy == options.faults
    workloads = all_workloads() if both or options.healthy else []
    faults = all_faults() if both or options.faults else []
    return (
        [workload for workload in workloads if options.only in workload.name],
        [fault for fault in faults if options.only in " ".join([fault.name, *(fault.expects or ())])],
    )


def tasks_of(programs: Sequence[Workload], options: argparse.Namespace, guarded: bool = True) -> list[Task]:
    return [Task(program.name, seed, options.steps, guarded) for program in programs for seed in range(options.seeds)]


def say(*columns: object) -> None:
    widths = (58, 4, 16, 16, 6)
    print(
        " ".join(f"{column!s:<{width}}" for column, width in zip(columns, widths)), *columns[len(widths) :], flush=True
    )


def share(part: int, whole: int) -> str:
    return f"{part}/{whole}" + (f" = {part / whole:.1%}" if whole else "")


# --- faults ------------------------------------------------------------------------------------------------------


def right_finding(fault: Fault, outcome: Outcome) -> Found | None:
    right = [found for found in outcome.findings if found.code in (fault.expects or ())]
    return min(right, key=lambda found: found.step, default=None)


def verdict(fault: Fault, outcome: Outcome) -> str:
    found = right_finding(fault, outcome)
    if found is None:
        return "wrong code" if outcome.findings else "MISSED"
    delay = found.step - fault.starts * fault.program.pace
    return "in time" if delay <= IN_TIME else f"late ({delay} steps)"


def judge_faults(faults: list[Fault], options: argparse.Namespace) -> list[Outcome]:
    by_name = {fault.name: fault for fault in faults}
    outcomes = []
    say("fault", "seed", "expected", "found", "step", "verdict; other findings")
    for outcome in perform_all(tasks_of([fault for fault in faults if fault.expects], options), options.jobs):
        outcomes.append(outcome)
        fault, found = by_name[outcome.task.name], right_finding(by_name[outcome.task.name], outcome)
        others = sorted({other.code for other in outcome.findings} - (fault.expects or frozenset()))
        word = verdict(fault, outcome)
        if options.quiet and word == "in time" and not outcome.complaints:
            continue
        expected = "/".join(code[3:] for code in sorted(fault.expects or ()))
        say(fault.name, outcome.task.seed, expected, found.code if found else "-", found.step if found else "-",
            word, *others, outcome.raised, *outcome.complaints)  # fmt: skip
    for name, cases in (
        ("frozen", [f for f in faults if not f.added]),
        ("added later", [f for f in faults if f.added]),
    ):
        summarise_faults(name, {fault.name: fault for fault in cases}, outcomes)
    for fault in faults:
        if not fault.expects:
            print(f"not counted: {fault.name}: {fault.unseen}")
    return outcomes


def summarise_faults(title: str, faults: dict[str, Fault], outcomes: list[Outcome]) -> None:
    outcomes = [outcome for outcome in outcomes if outcome.task.name in faults]
    if not outcomes:
        return
    verdicts = [(faults[outcome.task.name], verdict(faults[outcome.task.name], outcome)) for outcome in outcomes]
    detected = [fault for fault, word in verdicts if word.startswith(("in time", "late"))]
    in_time = [fault for fault, word in verdicts if word == "in time"]
    kinds = {fault.name.split("[")[0] for fault, _word in verdicts}
    lost = {fault.name.split("[")[0] for fault, _word in verdicts} - {fault.name.split("[")[0] for fault in detected}
    architectures = {fault.architecture for fault, _word in verdicts}
    print(f"\n{title}: {len(kinds)} faults, {len({f.name for f, _ in verdicts})} with their hosts, "
          f"{len(architectures)} architectures, {len(verdicts)} runs")  # fmt: skip
    print(f"  detected with the right code  {share(len(detected), len(verdicts))}")
    print(f"  within {IN_TIME} steps of the start    {share(len(in_time), len(verdicts))}")
    print(f"  faults detected on no host    {len(lost)}: {', '.join(sorted(lost))}")
    per_code: dict[str, list[bool]] = defaultdict(list)
    for fault, word in verdicts:
        per_code["/".join(sorted(fault.expects or ()))].append(word.startswith(("in time", "late")))
    print("  per code  " + ", ".join(f"{code} {sum(hits)}/{len(hits)}" for code, hits in sorted(per_code.items())))
    checks = {check.code for check in all_checks()}
    with_check = [word for fault, word in verdicts if checks & set(fault.expects or ())]
    seen = [word for word in with_check if word.startswith(("in time", "late"))]
    print(f"  of the faults whose bug has a check  {share(len(seen), len(with_check))}")
    causes = [fault for fault, _word in verdicts if fault.origin.startswith("TrainCheck")]
    caught = [fault for fault in in_time if fault.origin.startswith("TrainCheck")]
    print(f"  causes of TrainCheck's set    {share(len(caught), len(causes))} runs in time")


# --- healthy programs --------------------------------------------------------------------------------------------


def judge_workloads(workloads: list[Workload], options: argparse.Namespace) -> list[Outcome]:
    outcomes = []
    say("healthy workload", "seed", "errors", "warnings", "step", "first message")
    for outcome in perform_all(tasks_of(workloads, options), options.jobs):
        outcomes.append(outcome)
        if options.quiet and not (outcome.findings or outcome.raised or outcome.complaints):
            continue
        first = outcome.findings[:1]
        step, message = (first[0].step, first[0].message.splitlines()[0]) if first else ("", "")
        say(outcome.task.name, outcome.task.seed, codes(outcome, "error"), codes(outcome, "warning"), step,
            message, outcome.raised, *outcome.complaints)  # fmt: skip
    late = {workload.name for workload in workloads if workload.added}
    for title, cases in (
        ("frozen", [outcome for outcome in outcomes if outcome.task.name not in late]),
        ("added later", [outcome for outcome in outcomes if outcome.task.name in late]),
    ):
        if not cases:
            continue
        print(f"\n{title}: {len({case.task.name for case in cases})} healthy workloads, {len(cases)} runs")
        print(f"  runs with an error      {share(sum(codes(case, 'error') != '-' for case in cases), len(cases))}")
        print(f"  runs with a warning     {share(sum(codes(case, 'warning') != '-' for case in cases), len(cases))}")
        print(f"  runs that raised        {share(sum(bool(case.raised) for case in cases), len(cases))}")
    return outcomes


def codes(outcome: Outcome, severity: str) -> str:
    return ",".join(sorted({found.code for found in outcome.findings if found.severity == severity})) or "-"


# --- without a table ---------------------------------------------------------------------------------------------


def compare(guarded: list[Outcome], options: argparse.Namespace) -> int:
    """Losses with and without the guard, bit by bit."""
    bare = [Task(outcome.task.name, outcome.task.seed, outcome.task.steps, False) for outcome in guarded]
    differ = [one.task for one, other in zip(guarded, perform_all(bare, options.jobs)) if one.digest != other.digest]
    print(f"\nbitwise equal with and without the guard  {share(len(guarded) - len(differ), len(guarded))}")
    for task in differ:
        print(f"  differs: {task.name}, seed {task.seed}")
    return len(differ)


def self_check(programs: list[Workload], options: argparse.Namespace) -> int:
    """Without the guard: twice the same, and healthy programs learn."""
    tasks = tasks_of(programs, options, guarded=False)
    healthy = {program.name for program in programs if not isinstance(program, Fault)}
    failures, seconds = 0, 0.0
    for one, two in zip(perform_all(tasks, options.jobs), perform_all(tasks, options.jobs)):
        seconds += one.seconds
        wrong = []
        if one.digest != two.digest:
            wrong.append("not deterministic")
        if one.task.name in healthy and not one.learned:
            wrong.append("doesn't learn")
        if one.task.name in healthy and one.raised:
            wrong.append(one.raised)
        failures += bool(wrong)
        if wrong or not options.quiet:
            print(f"{one.task.name:<60} {one.task.seed} {one.seconds:5.2f} s  {', '.join(wrong) or 'ok'}", flush=True)
    print(f"\n{len(tasks)} runs, {seconds:.0f} s, {failures} failed")
    return failures


def main() -> int:
    options = parse()
    workloads, faults = chosen(options)
    if options.self_check:
        return int(self_check([*workloads, *faults], options) > 0)
    outcomes = judge_workloads(workloads, options) if workloads else []
    outcomes += judge_faults(faults, options) if faults else []
    if outcomes:
        print(f"runs with an internal error of the guard  {sum(bool(o.complaints) for o in outcomes)}/{len(outcomes)}")
    if options.json:
        options.json.write_text(json.dumps([asdict(outcome) for outcome in outcomes], indent=1), encoding="utf-8")
    return int(options.bitwise and compare(outcomes, options) > 0)


if __name__ == "__main__":
    sys.exit(main())
