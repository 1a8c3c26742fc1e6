"""The linter never raises and never fails inside, on mutated programs, the standard library and torch."""

from __future__ import annotations

import importlib.util
import sysconfig
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from torchlint.config import Config
from torchlint.findings import Finding
from torchlint.linter import lint
from torchlint.rules import static_rules
from torchlint.semantics.project import Project
from torchlint.source import UnreadableError, read_source, source_from_text

FIXTURES = sorted((Path(__file__).parent / "rules").rglob("*.py"))
#: A project without other files.
EMPTY = Path(__file__).parent / "rules" / "no-such-folder"
TEXTS = [path.read_text() for path in FIXTURES if path.stat().st_size < 4000]
#: Pieces of programs that do odd things where a program does not expect them.
# fmt: off
PIECES = [
    *"()[]{}:,.@=*#\\'\"\n\t ;",
    "\x0c", "\ufeff", "é", "\U0001d54f", "\u2028", "lambda: ", "yield ", "await ", "async ", "*", "**", ":=", "del ",
    "global x\n", "nonlocal x\n", "return\n", "break\n", "f'{x!r:>{y}}'", "match x:\n", "case _:\n",
    "class X(X): pass\n", "x = x\n", "self.x = self\n", "from . import *\n", "from .. import x\n",
    "import torch as x\n", "def f(f=f()): return f\n", "while True: pass\n", "with x as (y, z): pass\n",
    "except* E:\n", "type X = int\n", "[x for x in x]", "None", "...", "1e999", "0x", "-1",
    "lambda *a, **k: (a, k)", "super().__init__()\n", "if False:\n",
]
# fmt: on


def check(text: str) -> list[Finding]:
    """Lint a text with all rules; an internal error is told as a finding of its own, and must not be there."""
    try:
        source = source_from_text(text.encode("utf-8", "surrogatepass"), "train.py", EMPTY / "train.py")
    except UnreadableError:
        return []
    return lint(source, Project(EMPTY), static_rules(), Config(root=EMPTY))


def internal(findings: Iterable[Finding]) -> list[str]:
    return [
        f"{finding.location.path}: {finding.message}" for finding in findings if "internal error" in finding.message
    ]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A fixture with lines deleted, doubled, swapped and indented, pieces put in, or its end cut off."""
    lines = draw(st.sampled_from(TEXTS)).splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 6))):
        row = draw(st.integers(0, max(len(lines) - 1, 0)))
        other = draw(st.integers(0, max(len(lines) - 1, 0)))
        line = lines[row] if lines else ""
        column = draw(st.integers(0, len(line)))
        piece = draw(st.sampled_from(PIECES))
        mutation = draw(
            st.sampled_from(["delete", "double", "swap", "indent", "dedent", "insert", "word", "cut", "mix"])
        )
        if not lines or mutation == "mix":
            lines[row:row] = draw(st.sampled_from(TEXTS)).splitlines(keepends=True)[: other + 1]
        elif mutation == "delete":
            del lines[row]
        elif mutation == "double":
            lines[other:other] = [line]
        elif mutation == "swap":
            lines[row], lines[other] = lines[other], lines[row]
        elif mutation == "indent":
            lines[row] = "    " + line
        elif mutation == "dedent":
            lines[row] = line.removeprefix("    ")
        elif mutation == "insert":
            lines[row] = line[:column] + piece + line[column:]
        elif mutation == "word":
            words = line.split(" ")
            words[draw(st.integers(0, len(words) - 1))] = piece
            lines[row] = " ".join(words)
        else:
            lines[row:] = [line[:column]]
    return "".join(lines)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=mutated())
def test_mutated_programs(text: str) -> None:
    assert internal(check(text)) == []


@settings(max_examples=100, deadline=None)
@given(data=st.binary() | st.text().map(str.encode), name=st.sampled_from(["a.py", "a.ipynb", "a.pyi"]))
def test_any_bytes(data: bytes, name: str) -> None:
    try:
        source = source_from_text(data, name, None)
    except UnreadableError as error:
        assert error.row >= 1
    else:
        lint(source, Project(EMPTY), static_rules(), Config(root=EMPTY))


def lint_files(files: list[Path], root: Path) -> list[str]:
    project, config = Project(root), Config(root=root)
    failures: list[str] = []
    for file in files:
        try:
            # every rule is asked, as if each of its triggers stood in each file
            source = read_source(file)
        except UnreadableError:
            continue
        failures += internal(lint(source, project, _untriggered(), config))
    return failures


def _untriggered() -> list[object]:
    class Untriggered:
        """A rule that looks at every file."""

        triggers, needs_torch = (b"",), False

        def __init__(self, rule: object) -> None:
            self._rule = rule

        def __getattr__(self, name: str) -> object:
            return getattr(self._rule, name)

    return [Untriggered(rule) for rule in static_rules()]


LIBRARY = Path(sysconfig.get_path("stdlib"))


def library() -> list[Path]:
    return sorted(file for file in LIBRARY.rglob("*.py") if "site-packages" not in file.parts)


def test_a_sample_of_the_standard_library() -> None:
    files = [file for file in library() if file.stat().st_size < 30_000]
    assert len(files) > 500
    assert lint_files(files[::80], LIBRARY) == []


@pytest.mark.whole
def test_the_standard_library() -> None:
    assert lint_files(library(), LIBRARY) == []


def torch_files() -> tuple[Path, list[Path]]:
    found = importlib.util.find_spec("torch")
    if found is None or found.origin is None:
        pytest.skip("torch is not installed")
    folder = Path(found.origin).parent
    return folder.parent, sorted(folder.rglob("*.py"))


def test_a_sample_of_torch() -> None:
    root, files = torch_files()
    assert lint_files([file for file in files if file.stat().st_size < 30_000][::100], root) == []


@pytest.mark.whole
def test_torch() -> None:
    root, files = torch_files()
    assert lint_files(files, root) == []
