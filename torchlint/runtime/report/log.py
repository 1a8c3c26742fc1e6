"""The log of a run: a file of JSON lines that grows while the run goes, so that one that dies leaves what it had.

Each line is an object with a `kind`:

- `run`, the first: `schema` and `version` of this format, when and with what the run began, by which of how many ranks;
- `models`: their names, with their numbers of parameters;
- `loss`: the name of the loss function and `guessing`, what it costs to know nothing;
- `step`: loss, gradient norm and learning rate of one step of an optimizer;
- `layers`: numbers about each layer at a step;
- `finding`: a bug;
- `end`, the last: how many steps there were, and the exception that ended the run, if one did.

A reader leaves out kinds and keys that it does not know; `version` is raised when a key changes its meaning.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TextIO

from torchlint import __version__
from torchlint.runtime.findings import RuntimeFinding, plain_json
from torchlint.runtime.observers import Observer, Run
from torchlint.runtime.recorder import StepRecord

SCHEMA = "torchlint-run"
VERSION = 1

#: samples of layers after which only every second one is written, and after as many more only every fourth, and so on
SAMPLES = 200


def path_of_rank(path: Path, rank: int | None) -> Path:
    """Ranks must not write over each other's logs."""
    return path if rank is None else path.with_name(f"{path.stem}.rank{rank}{path.suffix}")


class RunLog(Observer):
    """Writes the log. It is flushed after each block of steps: nothing waits where a fork could copy it."""

    def __init__(self, path: Path) -> None:
        self._asked = self._path = path
        self._file: TextIO | None = None
        self._began = 0.0
        #: samples that were told, and that were written
        self._told = self._written = 0

    def __str__(self) -> str:
        return f"the report in {self._path}"

    def start(self, run: Run) -> None:
        self._began = time.monotonic()
        self._told = self._written = 0
        self._path = path_of_rank(self._asked, run.rank)
        try:
            self._file = self._path.open("w", encoding="utf-8")
            self._write(self._head(run))
        except OSError as error:
            raise ValueError(f"report: {self._path} can't be written: {error.strerror}") from None

    @staticmethod
    def _head(run: Run) -> dict[str, Any]:
        return {
            "kind": "run",
            "schema": SCHEMA,
            "version": VERSION,
            "torchlint": __version__,
            "torch": run.torch,
            "started": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "every": run.every,
            "rank": run.rank,
            "ranks": run.ranks,
        }

    def models(self, models: Mapping[str, int]) -> None:
        self._write({"kind": "models", "models": dict(models)})

    def loss(self, name: str, guessing: float) -> None:
        self._write({"kind": "loss", "name": name, "guessing": guessing})

    def steps(self, records: Sequence[StepRecord]) -> None:
        self._write(*map(_step, records))

    def layers(self, step: int, layers: Mapping[str, Mapping[str, float]]) -> None:
        self._told += 1
        if self._told % 2 ** (self._written // SAMPLES):
            return
        self._written += 1
        numbers = {path: {key: _short(value) for key, value in one.items()} for path, one in layers.items()}
        self._write({"kind": "layers", "step": step, "layers": numbers})

    def finding(self, finding: RuntimeFinding) -> None:
        self._write({"kind": "finding", **finding.as_dict()})

    def end(self, steps: int, error: str | None) -> None:
        seconds = round(time.monotonic() - self._began, 3)
        self._write({"kind": "end", "steps": steps, "seconds": seconds, "error": error})
        self._close()

    def _write(self, *rows: Mapping[str, Any]) -> None:
        if self._file is None:
            return
        try:
            self._file.write(_lines(rows))
            self._file.flush()
        except OSError:
            self._close()
            raise

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            # closing tries once more to write what could not be written
            with contextlib.suppress(OSError):
                file.close()


def _short(value: float) -> Any:
    return plain_json(float(f"{value:.4g}"))


def _step(record: StepRecord) -> dict[str, Any]:
    return {
        "kind": "step",
        "step": record.step,
        "optimizer": record.optimizer,
        "loss": plain_json(record.loss),
        "gradient_norm": plain_json(record.gradient_norm),
        "learning_rate": plain_json(record.learning_rate),
    }


def _lines(rows: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)
