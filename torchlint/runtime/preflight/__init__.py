"""Checks of a model, its loss and a batch before the training: `torchlint.preflight`."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch

from torchlint.runtime.preflight.checks import PreflightCheck, Skip, all_checks
from torchlint.runtime.preflight.copies import Copies, LossFunction, Model, OptimizerOrMaker, apart, brief
from torchlint.runtime.preflight.progress import Progress
from torchlint.runtime.preflight.report import Outcome, PreflightError, PreflightReport
from torchlint.runtime.preflight.subject import Subject
from torchlint.runtime.report.record import Record, as_record

__all__ = ["Outcome", "PreflightError", "PreflightReport", "preflight"]


def preflight(
    model: Model,
    loss_fn: LossFunction,
    batch: Any,
    *,
    optimizer: OptimizerOrMaker | None = None,
    checks: Iterable[str] | None = None,
    seed: int = 0,
    device: str | torch.device | None = None,
    record: Record | str | Path | None = None,
) -> PreflightReport:
    """Check a model, its loss and a batch before a training.

    ```python
    report = torchlint.preflight(model, nn.CrossEntropyLoss(), next(iter(loader)))
    print(report)
    report.raise_if_failed()
    ```

    All of it happens on copies: weights, buffers, gradients, modes and random generators are afterwards as before.

    Parameters
    ----------
    model
        The model as it will be trained, or a function without arguments that builds one: for models that can't be
        copied.
    loss_fn
        Called as `loss_fn(model(inputs), target)`. It returns one number.
    batch
        A tensor, `(inputs, target)` with one or more inputs, or a dictionary, of which the model gets the keys that its
        `forward` has parameters for and `loss_fn` gets all. `docs/preflight.md` has a table.
    optimizer
        Checked too, where it is given: does it hold every parameter, does it learn? A function of the model that makes
        one is fine, and needed beside a function that builds the model.
    checks
        Names of checks or codes such as "overfit-batch" or "TLN402"; all by default.
    seed
        For the random generators, before each copy is used.
    device
        Where the copies run; by default where the model is.
    record
        A CSV file to which the preflight adds a row, as `torchlint.guard` does.

    Raises
    ------
    TypeError, ValueError
        If something can't be used as it is: a model that can't be copied, a loss that is not one number, a batch of an
        unexpected structure, a device that is not there, an unknown check. The message says what to do.

    """
    chosen = _chosen(checks)
    row = as_record(record)
    with apart(), warnings.catch_warnings(), Progress(len(chosen)) as progress:
        # of what the copies do: the outcomes tell it better
        warnings.simplefilter("ignore")
        subject = Subject(Copies(model, loss_fn, optimizer, device, seed), batch, progress)
        report = PreflightReport([_outcome(check(), subject) for check in chosen])
    if row is not None:
        _add_row(row, report, model)
    return report


def _add_row(record: Record, report: PreflightReport, model: Model) -> None:
    told = [f"{one.check}: {one.message}" for one in (*report.failed, *report.warnings)]
    known = {
        "context": "preflight",
        "setup": type(model).__name__ if isinstance(model, torch.nn.Module) else getattr(model, "__name__", ""),
        "skill": f"{sum(outcome.status == 'passed' for outcome in report)} of {len(report)} passed",
    }
    status = "failed" if report.failed else "warning" if report.warnings else "passed"
    try:
        record.add(status=status, finding="; ".join(told), known=known)
    except OSError as error:
        # the outcomes are worth more than their row
        warnings.warn(f"torchlint: no row was added to {record.file}: {error.strerror}", stacklevel=3)


def _outcome(check: PreflightCheck, subject: Subject) -> Outcome:
    from dataclasses import replace

    start = time.perf_counter()
    subject.progress.begin(check.name)
    try:
        outcome = check.run(subject)
    except Skip as reason:
        outcome = Outcome(check.name, "skipped", str(reason), code=check.code)
    except Exception as error:
        outcome = Outcome(check.name, "skipped", f"the check could not be made: {brief(error)}", code=check.code)
    subject.progress.end()
    return replace(outcome, seconds=time.perf_counter() - start)


def _chosen(checks: Iterable[str] | None) -> list[type[PreflightCheck]]:
    from torchlint.config import suggest

    if checks is None:
        return list(all_checks())
    if isinstance(checks, str):
        checks = checks.replace(",", " ").split()
    wanted = [str(check) for check in checks]
    known = {check.name for check in all_checks()} | {check.code for check in all_checks() if check.code}
    for one in wanted:
        if one not in known:
            raise ValueError(f"checks: there is no check '{one}'{suggest(one, known)}")
    if not wanted:
        raise ValueError("checks: none was named")
    return [check for check in all_checks() if check.name in wanted or check.code in wanted]
