"""`torchlint.guard`: what a user holds."""

from __future__ import annotations

import functools
import json
import os
import warnings
import weakref
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import ContextDecorator
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeVar

import torch
from torch import nn

from torchlint.runtime.checks import Check, all_checks
from torchlint.runtime.findings import GuardError, GuardWarning, RuntimeFinding, plain_json
from torchlint.runtime.session import Session, Settings

Action = Literal["raise", "warn", "record"] | Callable[[RuntimeFinding], None]

_ACTIONS = ("raise", "warn", "record")

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])


class Guard(ContextDecorator):
    """Watches a training for silent bugs, without changing it.

    ```python
    with torchlint.guard(model):
        for x, y in loader: ...          # an unchanged loop
    ```

    Parameters
    ----------
    *models
        The models that are trained, wrapped or not (`torch.compile`, DistributedDataParallel). Without any, they are
        looked for when an optimizer steps.
    action
        What happens with a finding. "raise": an error raises `GuardError` at the place where it shows, a warning is
        warned of as `GuardWarning`. "warn": both are warned of. "record": they are only kept in `findings`. A callable
        gets each finding.
    select, ignore
        Codes or their beginnings, such as `["TLN503"]` or `["TLN2"]`; all checks by default.
    every
        Steps between closer looks, in which all checks listen for a few steps.
    history
        How many steps the flight recorder keeps.
    protect
        Look at all gradients before each step, and wait for the result, so that a step on NaN is never taken. Without
        it, a GPU's loss and gradients are read one step late, and on a CPU some gradients wait for their turn.
    report
        A file that gets the findings and the recorded steps as JSON lines when the block ends.

    Raises
    ------
    TypeError
        If a model is not a `torch.nn.Module` or an option is of the wrong kind.
    ValueError
        If a model lies on the meta device, an option is out of range or a code is not known.

    """

    def __init__(
        self,
        *models: nn.Module,
        action: Action = "raise",
        select: Iterable[str] | None = None,
        ignore: Iterable[str] | None = None,
        every: int = 100,
        history: int = 256,
        protect: bool = False,
        report: str | Path | None = None,
    ) -> None:
        for model in models:
            _check_model(model)
        if not callable(action) and action not in _ACTIONS:
            raise ValueError(f"action must be 'raise', 'warn', 'record' or a callable, not {action!r}")
        if every < 1 or history < 1:
            raise ValueError("every and history must be at least 1")
        self._models: Sequence[nn.Module] = models
        #: between the blocks, a guard does not keep its models alive
        self._references: list[weakref.ref[nn.Module]] = []
        self._action = action
        self._checks = _chosen(select, ignore)
        self._settings = Settings(every=every, history=history, protect=protect)
        self._report = None if report is None else Path(report)
        if self._report is not None:
            _check_report(self._report)
        self._session: Session | None = None
        #: what was found so far, in order
        self.findings: list[RuntimeFinding] = []

    # -------------------------------------------------------------- start and stop

    def start(self) -> Guard:
        """Begin to watch, as entering the block does."""
        if self._session is not None:
            raise RuntimeError("this guard is watching already: make a second one to nest them")
        models = self._models or [model for reference in self._references if (model := reference()) is not None]
        if len(models) < len(self._references):
            raise RuntimeError("the model of this guard does not exist any more")
        self.findings = []
        session = Session(models, self._checks, self._settings, self._tell)
        session.start()
        self._session = session
        return self

    def stop(self) -> None:
        """Stop watching and put everything back, as leaving the block does. Does nothing if it is not watching."""
        self._stop(failed=False)

    def _stop(self, failed: bool) -> None:
        session, self._session = self._session, None
        if session is not None:
            try:
                session.stop(failed)
            finally:
                if self._models:
                    self._references = [weakref.ref(model) for model in self._models]
                    self._models = ()
                if self._report is not None:
                    _write_report(self._report, self.findings, session)

    def __enter__(self) -> Guard:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop(failed=kind is not None)

    def __call__(self, function: AnyFunction) -> AnyFunction:
        """As a decorator: each call of the function is guarded."""

        @functools.wraps(function)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return guarded  # type: ignore[return-value]

    # --------------------------------------------------------------------- findings

    def _tell(self, findings: Sequence[RuntimeFinding]) -> None:
        self.findings += findings
        for finding in findings:
            if callable(self._action):
                self._action(finding)
            elif self._action == "warn" or (self._action == "raise" and finding.severity == "warning"):
                # at the user's line, not at ours
                file, _, row = (finding.line or "torchlint:0").rpartition(":")
                warnings.warn_explicit(GuardWarning(finding), GuardWarning, file, int(row))
        if self._action == "raise":
            for finding in findings:
                if finding.severity == "error":
                    raise GuardError(finding)

    def summary(self) -> str:
        """How often each bug was found, and each finding, as text."""
        if not self.findings:
            return "No silent bugs found."
        counts = Counter((finding.code, finding.name) for finding in self.findings)
        head = "\n".join(f"{count:>4}  {code}  {name}" for (code, name), count in sorted(counts.items()))
        return "\n\n".join([head, *map(str, self.findings)])


def _check_model(model: object) -> None:
    if not isinstance(model, nn.Module):
        what = f"the class {model.__name__}" if isinstance(model, type) else f"{type(model).__name__}"
        raise TypeError(f"guard() wants torch.nn.Module objects, not {what}")
    if any(parameter.device.type == "meta" for parameter in model.parameters()):
        raise ValueError(
            "the model has parameters on the meta device, which hold no numbers: "
            "guard it after to_empty() or after its weights are loaded"
        )


def _check_report(path: Path) -> None:
    """Better now than after a night of training."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise ValueError(f"report: there is no folder {folder}")
    if path.is_dir() or not os.access(path if path.exists() else folder, os.W_OK):
        raise ValueError(f"report: {path} can't be written")


def _chosen(select: Iterable[str] | None, ignore: Iterable[str] | None) -> tuple[type[Check], ...]:
    selected = _prefixes(select, "select") if select is not None else ("TLN",)
    ignored = _prefixes(ignore, "ignore") if ignore is not None else ()
    return tuple(
        check for check in all_checks() if check.code.startswith(selected) and not check.code.startswith(ignored)
    )


def _prefixes(codes: Iterable[str], option: str) -> tuple[str, ...]:
    from torchlint.config import suggest

    if isinstance(codes, str):
        codes = codes.replace(",", " ").split()
    prefixes = tuple(str(code).upper() for code in codes)
    known = sorted({check.code for check in all_checks()})
    for prefix in prefixes:
        if not prefix or not any(code.startswith(prefix) for code in known):
            raise ValueError(f"{option}: the guard has no check '{prefix}'{suggest(prefix, known)}")
    return prefixes


def _write_report(path: Path, findings: list[RuntimeFinding], session: Session) -> None:
    rows: list[dict[str, Any]] = [{"kind": "run", "torch": torch.__version__, "steps": session.step}]
    rows += [
        {
            "kind": "step",
            "step": record.step,
            "optimizer": record.optimizer,
            "loss": plain_json(record.loss),
            "gradient_norm": plain_json(record.gradient_norm),
            "learning_rate": record.learning_rate,
        }
        for record in session.recorder.records
    ]
    rows += [{"kind": "finding", **finding.as_dict()} for finding in findings]
    try:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    except OSError as error:
        warnings.warn(f"torchlint: the report can't be written to {path}: {error.strerror}", stacklevel=2)
