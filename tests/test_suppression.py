from __future__ import annotations

import pytest
from conftest import notebook

from torchlint.findings import Finding, Location
from torchlint.source import source_from_text
from torchlint.suppression import read_suppressions


def silenced(text: str, row: int = 1, code: str = "TLN201", end_row: int | None = None, name: str = "a.py") -> bool:
    source = source_from_text(text.encode(), name, None)
    cell, row = source.place(row)
    place = Location(name, row, 1, source.place(end_row)[1] if end_row else row, 5, cell)
    return read_suppressions(source).covers(Finding(code, "name", "message", place), source)


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "#noqa",
        "# NOQA",
        "# NoQA: TLN201",
        "# noqa:TLN201",
        "# noqa: tln201",
        "# noqa: E501,TLN201",
        "# noqa: E501, TLN201",
        "# noqa: E501 TLN201",
        "# noqa: TLN2",
        "# the loss is right  # noqa",
        "# noqa: TLN201 the loss is right",
        "# noqa - for a reason",
    ],
)
def test_comments_that_silence(comment: str) -> None:
    assert silenced(f"loss = f(x)  {comment}\n")


@pytest.mark.parametrize(
    "line",
    [
        "loss = f(x)",
        "loss = f(x)  # noqa: TLN101",
        "loss = f(x)  # noqa: E501,W291",
        "loss = f(x)  # no qa",
        "loss = f('# noqa')",
        "loss = f('''# noqa''')",
        "loss = f(x)  # torchlint: noqa",
    ],
)
def test_lines_that_do_not(line: str) -> None:
    assert not silenced(line + "\n")


def test_only_its_own_row() -> None:
    text = "a = 1  # noqa\nb = 2\n"
    assert silenced(text, 1)
    assert not silenced(text, 2)


def test_the_last_row_of_a_statement_counts_too() -> None:
    text = "loss = f(\n    x,\n)  # noqa: TLN201\ny = 1  # noqa\n"
    assert silenced(text, 1, end_row=3)
    assert not silenced(text, 1, end_row=1)
    assert not silenced("for x in y:\n    f(x)  # noqa\n", 1, end_row=2)


def test_a_string_or_a_backslash_over_many_rows_is_one_line() -> None:
    assert silenced("f('''\ntext\n''')  # noqa\n", 1)
    assert silenced("x = 1 + \\\n  2  # noqa\n", 1)


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("# torchlint: noqa", {"TLN201", "TLN101", "TLN000"}),
        ("  # TORCHLINT: NOQA  ", {"TLN201", "TLN101", "TLN000"}),
        ("# torchlint: noqa: TLN201", {"TLN201"}),
        ("# torchlint: noqa: TLN2, TLN101", {"TLN201", "TLN101"}),
        ("x = 1  # torchlint: noqa", set()),
        ("s = '''\n# torchlint: noqa\n'''", set()),
        ("# torchlint: noqa because", set()),
    ],
)
def test_whole_files(comment: str, codes: set[str]) -> None:
    text = f"import torch\n\nx = 1\n{comment}\n"
    assert {code for code in ("TLN201", "TLN101", "TLN000") if silenced(text, 1, code)} == codes


def test_notebooks() -> None:
    text = notebook("a = 1\n%time b", "%%time\nb = 2  # noqa\nc = 3")
    assert not silenced(text, 1, name="a.ipynb")
    assert silenced(text, 4, name="a.ipynb")
    assert not silenced(text, 5, name="a.ipynb")


@pytest.mark.parametrize("text", ["print 'x'  # noqa\n", "x = (  # noqa\n", "x = '''  # noqa\n", "a\n  b # noqa\n c\n"])
def test_code_that_is_not_python(text: str) -> None:
    row = 1 + text[: text.index("# noqa")].count("\n")
    silenced(text, row)
    assert silenced(text, row, "TLN000") or "'''" in text
