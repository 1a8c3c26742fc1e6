"""Each example has exactly one finding, and its corrected twin none."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Command

EXAMPLES = Path(__file__).parent.parent / "examples"


def projects() -> list[Path]:
    folders = (path for path in EXAMPLES.iterdir() if path.is_dir() and path.name not in ("guard", "preflight"))
    return sorted([*folders, *EXAMPLES.glob("*.py"), *EXAMPLES.glob("*.ipynb")])


@pytest.mark.parametrize("path", projects(), ids=lambda path: path.name)
def test_example(torchlint: Command, path: Path) -> None:
    found = torchlint("check", path.name, "--output-format", "json", cwd=EXAMPLES).json
    assert len(found) == (0 if path.stem.endswith("_fixed") else 1)
