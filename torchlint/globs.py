"""Patterns in the syntax of .gitignore. pathspec is imported where there are some."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathspec import PathSpec


def spec_of(lines: Iterable[str]) -> PathSpec[Any]:
    """What matches the patterns. Those that mean nothing are passed over, as by git."""
    from pathspec import GitIgnoreSpec

    lines = list(lines)
    try:
        return GitIgnoreSpec.from_lines(lines)
    except (ValueError, re.error):
        return GitIgnoreSpec.from_lines(line for line in lines if is_pattern(line))


#: Most patterns are plain, and need not be asked about.
_PLAIN = re.compile(r"[\w.*/ -]*\w[\w.*/ -]*")


def is_pattern(line: str) -> bool:
    """Whether a pattern can be read: `[z-a]` can't."""
    if _PLAIN.fullmatch(line):
        return True
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):
        return False
    return True
