"""The code that a page of the documentation shows, to be run."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"


def snippets(page: str, section: str) -> list[str]:
    """The Python blocks under a heading of the second level."""
    text = (DOCS / page).read_text(encoding="utf-8")
    part = re.split(r"^## ", text, flags=re.MULTILINE)
    body = next(body for body in part if body.startswith(section + "\n"))
    return [textwrap.dedent(code) for code in re.findall(r"^```python\n(.*?)^```", body, re.MULTILINE | re.DOTALL)]


def run_snippets(page: str, section: str, names: dict[str, Any]) -> None:
    """Run all blocks of a section, one after the other; `names` are those that the page takes as given."""
    for code in snippets(page, section):
        exec(compile(code, f"{page}, {section}", "exec"), names)
