"""The record of experiments: a table to which each run or preflight adds a row, and which opens as a tree.

A CSV file, so that it opens anywhere, too. Columns that people add in a spreadsheet stay, and so do their separator and
the order of the columns.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

#: the first four are the branches of the tree
BRANCHES = ("sub-project", "context", "setup", "name")
COLUMNS = (*BRANCHES, "parameter", "values", "status", "skill", "question", "finding")

#: seconds to wait for another process that writes to the record
PATIENCE = 30.0


@dataclass(frozen=True)
class Record:
    """Where a run or preflight is recorded, and what only its author knows. What is left empty is filled in."""

    file: str | Path
    #: the name of the current folder
    sub_project: str = ""
    #: "training" or "preflight"
    context: str = ""
    #: the models and their sizes
    setup: str = ""
    #: the name of the program
    name: str = ""
    #: optimizer, learning rate and number of steps
    parameter: str = ""
    values: str = ""
    #: the last loss, or how many checks passed
    skill: str = ""
    question: str = ""

    def check(self) -> None:
        """Raise `ValueError` where no row can be added to the file."""
        path = Path(self.file)
        if not path.absolute().parent.is_dir():
            raise ValueError(f"record: there is no folder {path.absolute().parent}")
        try:
            with path.open("a", encoding="utf-8"):
                pass
            _Table.of(path)
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise ValueError(f"record: {path} can't be used: {reason}") from None
        except NotARecord:
            raise ValueError(f"record: {path} has content, and it is no record of experiments") from None

    def add(self, *, status: str, finding: str, known: Mapping[str, str]) -> None:
        """Add a row. `known` fills in what the author left open. Raises `OSError` where it can't be written."""
        own = {column: str(getattr(self, column.replace("-", "_"), "")) for column in COLUMNS}
        defaults = {"sub-project": Path.cwd().name, "name": Path(sys.argv[0]).stem or "interactive", **known}
        row = {column: own[column] or defaults.get(column, "") for column in COLUMNS}
        _append(Path(self.file), {**row, "status": status, "finding": finding})


def as_record(record: Record | str | Path | None) -> Record | None:
    """What `record=` of guard and preflight was given, checked."""
    if record is None:
        return None
    if not isinstance(record, Record):
        record = Record(record)
    record.check()
    # a program may go to another folder
    return replace(record, file=Path(record.file).absolute())


class NotARecord(ValueError):
    """The file is no record of experiments."""


def read_record(path: Path) -> list[dict[str, str]]:
    """The rows, each with all columns of the file. Raises `NotARecord` and `OSError`."""
    try:
        table = _Table.of(path)
    except UnicodeDecodeError:
        raise NotARecord("not a record of experiments") from None
    return table.rows


def _append(path: Path, row: Mapping[str, str]) -> None:
    from filelock import FileLock, Timeout

    lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=PATIENCE)
    try:
        with lock:
            text = io.StringIO(newline="")
            table = _Table.of(path) if path.exists() else _Table()
            writer = csv.DictWriter(text, table.columns, restval="", delimiter=table.delimiter, lineterminator="\n")
            if table.is_empty:
                writer.writeheader()
            elif not table.ends:
                text.write("\n")
            writer.writerow(dict(row))
            with path.open("ab") as file:
                file.write(text.getvalue().encode("utf-8", "backslashreplace"))
    except Timeout:
        raise OSError(None, f"another process has held {path} for {PATIENCE:.0f} seconds") from None
    except NotARecord as error:
        raise OSError(None, f"{path} is {error} any more") from None


@dataclass(frozen=True)
class _Table:
    columns: Sequence[str] = COLUMNS
    rows: list[dict[str, str]] = field(default_factory=list)
    delimiter: str = ","
    is_empty: bool = True
    #: its last line is a whole one
    ends: bool = True

    @classmethod
    def of(cls, path: Path) -> _Table:
        # a spreadsheet may have put a mark of the encoding in front, and separates by what is usual in its country
        text = path.read_text(encoding="utf-8-sig")
        if not text.strip():
            return cls()
        head = text.partition("\n")[0]
        delimiter = max(",;\t", key=head.count)
        try:
            lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            columns = next(lines)
            if not set(COLUMNS) <= set(columns):
                raise NotARecord("not a record of experiments")
            # a line may be shorter or longer than the head
            rows = [dict(zip(columns, [*line, *[""] * len(columns)])) for line in lines if any(line)]
        except csv.Error:
            raise NotARecord("not a record of experiments") from None
        return cls(columns, rows, delimiter, is_empty=False, ends=text.endswith("\n"))
