"""Code for a newer Python than the one that runs: it is read all the same, and findings stand where they are."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from conftest import BUGGY, Command

from torchlint.semantics.newer import in_older_grammar

#: code with something newer than Python 3.10, and how it is written over
NEWER = [
    ("def f[T, *Ts](x: T) -> T:\n    return x\n", "def f        (x: T) -> T:\n    return x\n"),
    ("class A[\n    T: int,\n\n](B):\n    pass\n", "class A\\\n          \\\n\\\n (B):\n    pass\n"),
    ("if x:\n    type Pair[T] = (\n        T\n    )\n", f"if x:\n    pass{' ' * 12}\n         \n     \n"),
    ("try:\n    pass\nexcept* E as e:\n    pass\n", "try:\n    pass\nexcept  E as e:\n    pass\n"),
    ("try:\n    pass\nexcept A, B:\n    pass\n", "try:\n    pass\nexcept A   :\n    pass\n"),
    ("y = x[*a, 1]\n", "y = x[ a, 1]\n"),
    ("def f(*args: *Ts): pass\n", "def f(*args:  Ts): pass\n"),
]


@pytest.mark.parametrize(("text", "older"), NEWER)
def test_written_over_in_place(text: str, older: str) -> None:
    assert in_older_grammar(text) == older
    ast.parse(older, feature_version=(3, 10))


@pytest.mark.parametrize(
    "text",
    ["s = f'{x['a']}'\n", "s = ('a' f'{\n    x\n}'\n     'b')\n", "s = f'{x!r:{'>'}}' + t'{x}'\n", "s = f'{x}'\n"],
)
def test_strings_that_only_a_newer_python_reads(text: str) -> None:
    older = in_older_grammar(text)
    ast.parse(text if older is None else older)
    assert older is None or [len(row) for row in older.split("\n")] == [len(row) for row in text.split("\n")]


@pytest.mark.parametrize("text", ["print 'x'\n", "def f(:\n", "x = 1\n"])
def test_nothing_newer_in_it(text: str) -> None:
    assert in_older_grammar(text) is None


@pytest.mark.parametrize("text", [text for text, _ in NEWER] + ["s = f'{x['ä']}'\n", "s = t'{x}'\n"])
def test_findings_and_fixes_stand_where_they_are(torchlint: Command, tmp_path: Path, text: str) -> None:
    (tmp_path / "newer.py").write_text(text + BUGGY, encoding="utf-8")
    (tmp_path / "older.py").write_text("\n" * text.count("\n") + BUGGY)
    newer, older = ([torchlint("check", f"{name}.py", "--output-format", "json").json] for name in ("newer", "older"))
    told = [[(item["code"], item["location"], item["fix"]) for item in found] for (found,) in (newer, older)]
    assert told[0] == told[1]
    assert [code for code, _, _ in told[0]] == ["TLN201"]
