"""`torchlint.guard`: what a user holds."""

from __future__ import annotations

import functools
import os
import warnings
import weakref
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import ContextDecorator
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, TypeVar

import torch
from torch import nn

from torchlint.runtime.checks import Check, all_checks
from torchlint.runtime.findings import GuardError, GuardWarning, RuntimeFinding
from torchlint.runtime.layers import Sample
from torchlint.runtime.models import Root, named_roots
from torchlint.runtime.observers import Observer, Observers, Run
from torchlint.runtime.ranks import own_rank, place
from torchlint.runtime.report.experiment import ExperimentRow
from torchlint.runtime.report.log import RunLog, path_of_rank
from torchlint.runtime.report.record import Record, as_record
from torchlint.runtime.session import Session, Settings
from torchlint.runtime.speeds import LayerSpeed, learning_speeds, suggested_groups
from torchlint.runtime.together import Together, print_told

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
        A file that gets steps, findings and closer looks as JSON lines while the block runs; `torchlint report` makes
        a page of it. Where several ranks train together, each writes its own: `run.rank0.jsonl` and so on.
    record
        A CSV file to which the run adds a row: a path, or `torchlint.Record(path, question="...")` with what only you
        know. `torchlint report` shows it as a tree.
    observers
        Others that are told the same, such as `torchlint.integrations.tensorboard.TensorBoard("runs/first")`.

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
        record: Record | str | Path | None = None,
        observers: Iterable[Observer] = (),
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
        self._observers = list(observers)
        for observer in self._observers:
            if not isinstance(observer, Observer):
                raise TypeError(f"observers: {observer!r} is no torchlint.runtime.observers.Observer")
        if report is not None:
            _check_report(path_of_rank(Path(report), own_rank()))
            self._observers.append(RunLog(Path(report)))
        row = as_record(record)
        if row is not None:
            self._observers.append(ExperimentRow(row))
        self._session: Session | None = None
        #: the observers while a block runs, to its very end
        self._looking: Observers | None = None
        self._samples: Collection[Sample] = ()
        #: tells the other ranks of a training what this one finds; None where it is alone, or keeps it for itself
        self.together: Together | None = None
        #: what was found so far, in order
        self.findings: list[RuntimeFinding] = []

    # -------------------------------------------------------------- start and stop

    def start(self, **named: nn.Module) -> Guard:
        """Begin to watch, as entering the block does: also models that are known only now, each with what the names of
        its parts begin with, or "".
        """
        if self._session is not None:
            raise RuntimeError("this guard is watching already: make a second one to nest them")
        models = self._models or [model for reference in self._references if (model := reference()) is not None]
        if len(models) < len(self._references):
            raise RuntimeError("the model of this guard does not exist any more")
        for model in named.values():
            _check_model(model)
        self.findings = []
        rank, size = place()
        self.together = Together() if size > 1 and self._action != "record" else None
        observers = [*self._observers, *([self.together] if self.together is not None else [])]
        self._looking = Observers(observers) if observers else None
        roots = named_roots(models) + [Root(model, name) for name, model in named.items()]
        session = Session(roots, self._checks, self._settings, self._tell, self._looking)
        if self._looking is not None:
            self._looking.start(Run(torch.__version__, self._settings.every, rank if size > 1 else None, size))
        session.start()
        self._session = session
        self._samples = session.layers.samples
        return self

    def stop(self) -> None:
        """Stop watching and put everything back, as leaving the block does. Does nothing if it is not watching."""
        self._stop(None)

    def _stop(self, error: type[BaseException] | None) -> None:
        session, self._session = self._session, None
        if session is not None:
            try:
                session.stop(failed=error is not None)
            except BaseException as late:
                error = type(late)
                raise
            finally:
                if self._models:
                    self._references = [weakref.ref(model) for model in self._models]
                    self._models = ()
                looking, self._looking = self._looking, None
                if looking is not None:
                    looking.end(session.step, None if error is None else error.__name__)
                if self._action in ("raise", "warn"):
                    self._tell_together()

    def _tell_together(self) -> None:
        """At one of several ranks, print what all have found."""
        if self.together is not None:
            with self.together.telling() as told:
                if told is not None and told.ranks > 1 and told.findings:
                    print_told(told)

    def __getstate__(self) -> dict[str, Any]:
        """A copy of a guard watches nothing: a framework may copy the callback that holds one."""
        return {**vars(self), "_session": None, "_looking": None, "together": None, "_references": []}

    def __enter__(self) -> Guard:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop(kind)

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
        if self._looking is not None:
            for finding in findings:
                self._looking.finding(finding)
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

    @property
    def samples(self) -> list[Sample]:
        """What each layer did in the steps that were looked at closely: of the last ones, as many as `history`."""
        return list(self._samples)

    def learning_speeds(self) -> list[LayerSpeed]:
        """How fast each layer learns beside the others, the slowest first."""
        return learning_speeds(self._samples)

    def summary(self) -> str:
        """How often each bug was found, each finding, and layers that learn far slower or faster than most, as text."""
        parts = ["No silent bugs found."]
        if self.findings:
            counts = Counter((finding.code, finding.name) for finding in self.findings)
            head = "\n".join(f"{count:>4}  {code}  {name}" for (code, name), count in sorted(counts.items()))
            parts = [head, *map(str, self.findings)]
        return "\n\n".join([*parts, *suggested_groups(self.learning_speeds())])


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
