"""How findings are shown: one module per format, each with a `render` function."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Protocol, TextIO, cast

from torchlint.findings import Finding
from torchlint.source import Source

#: Names of the formats, the default first.
FORMATS = ("full", "concise", "json")


class Renderer(Protocol):
    def __call__(self, findings: Sequence[Finding], out: TextIO, sources: Mapping[str, Source]) -> None:
        """Write findings. `sources` holds those that are not on disk, by path."""


def renderer(name: str) -> Renderer:
    """The function that writes findings in the format called `name`."""
    return cast(Renderer, importlib.import_module(f"torchlint.output.{name}").render)
