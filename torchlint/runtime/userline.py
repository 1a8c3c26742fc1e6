"""The line of the user's code that led here."""

from __future__ import annotations

import inspect
import os
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import torch

_HERE = Path(__file__).parent
_INSIDE = (str(_HERE), str(_HERE.parent / "integrations"), str(Path(torch.__file__).parent))
_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("purelib", "platlib", "stdlib")})


def user_line(frame: FrameType | None = None) -> str | None:
    """`file:row` of the innermost frame that is neither ours nor torch's, rather the user's than a library's."""
    library: str | None = None
    for code_file, row in _frames(frame or sys._getframe(1)):
        where = _kind(code_file)
        if where == "user":
            return f"{_shown(code_file)}:{row}"
        if where == "library" and library is None:
            library = f"{_shown(code_file)}:{row}"
    return library


def _frames(frame: FrameType | None) -> Iterator[tuple[str, int]]:
    while frame is not None:
        yield frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back


@cache
def _kind(file: str) -> str:
    if file.startswith("<") and not file.startswith("<ipython"):
        return "inside"
    if file.startswith(_INSIDE):
        return "inside"
    if file.startswith(_LIBRARIES) and "ipykernel" not in file:
        return "library"
    return "user"


@cache
def _shown(file: str) -> str:
    """Relative to the working directory where the file lies below it."""
    try:
        relative = os.path.relpath(file)
    except ValueError:
        return file
    return file if relative.startswith("..") else relative


def line_of(function: Any) -> str | None:
    """`file:row` where a function of the user's begins; None for one of a library's."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None or _kind(code.co_filename) != "user":
        return None
    return f"{_shown(code.co_filename)}:{code.co_firstlineno}"
