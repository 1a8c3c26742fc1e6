"""Where a report goes: to the terminal, or to a file that is written whole or not at all."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from torchlint.cli import Failure

if TYPE_CHECKING:
    from torchlint.output import Report


def write_report(
    report: Report, output_format: str, statistics: bool, file: Path | None, out: TextIO | None = None
) -> None:
    """Write what was found, to a stream or a file. Raises `Failure` if that is not possible."""
    if file is None:
        stream = out or sys.stdout
        _prepare(stream)
        with writing(stream):
            _write(report, output_format, statistics, stream)
        return
    text = io.StringIO()
    _write(report, output_format, statistics, text)
    write_bytes(text.getvalue().encode("utf-8", "backslashreplace"), file)


def write_bytes(data: bytes, file: Path | None = None) -> None:
    """Write what has an encoding of its own, to a file or standard output. Raises `Failure` if that is not possible."""
    if file is None:
        with writing(sys.stdout):
            sys.stdout.flush()
            sys.stdout.buffer.write(data)
        return
    try:
        _replace(file, data)
    except OSError as error:
        raise Failure(f"{file}: cannot be written: {error.strerror}") from None


@contextmanager
def writing(stream: TextIO) -> Iterator[None]:
    """Raises `Failure` if something can't be written to a standard stream."""
    try:
        yield
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        # what is left in the buffer can't be written later either
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        name = "standard error" if stream is sys.stderr else "standard output"
        raise Failure(f"{name}: cannot be written: {error.strerror}") from None


def _write(report: Report, output_format: str, statistics: bool, out: TextIO) -> None:
    from torchlint.output import renderer
    from torchlint.output import statistics as counts

    if statistics and output_format in counts.REPLACED:
        counts.render(report.findings, out, output_format)
        return
    renderer(output_format)(report, out)
    if statistics:
        _prepare(sys.stderr)
        counts.render(report.findings, sys.stderr, output_format)


def _prepare(stream: TextIO) -> None:
    if isinstance(stream, io.TextIOWrapper):
        # names of files and source lines may hold what the terminal's encoding lacks
        stream.reconfigure(errors="backslashreplace")


def _replace(file: Path, data: bytes) -> None:
    from torchlint.atomic import write_atomically

    if file.exists() and not file.is_file():
        # a pipe or a device, which can't be replaced
        file.write_bytes(data)
    else:
        write_atomically(file, data)
