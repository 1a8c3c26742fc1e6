from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import notebook

from torchlint.source import UnreadableError, read_source, source_from_lines, source_from_text


def cell(text: str) -> str:
    """What is left of one code cell, without the newline at the end."""
    return source_from_text(notebook(text).encode(), "a.ipynb", None).text.removesuffix("\n")


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("%matplotlib inline", "pass"),
        ("!pip install torch", "pass"),
        ("pip install torch", "pass"),
        ("cd ..", "pass"),
        ("files = !ls", "files = get_ipython()"),
        ("a, b = %sql select 1", "a, b = get_ipython()"),
        ("model?", "pass"),
        ("torch.nn.Linear??", "pass"),
        ("?model", "pass"),
        ("for x in y:\n    !echo {x}\n    f(x)", "for x in y:\n    pass\n    f(x)"),
        ("if x:\n\t%time f()", "if x:\n\tpass"),
        ("!ls \\\n  -l\nx = 1", "pass\n\nx = 1"),
        ("%%time\nx = 1\n%time y", "\nx = 1\npass"),
        ("\n%%capture out\nx = 1", "\n\nx = 1"),
        ("%%time\n%%capture\nx = 1", "\n\nx = 1"),
        ("%%bash\nls\nx = 1", "\n\n"),
        ("%%writefile train.py\nimport torch", "\n"),
        ("    x = 1\n    y = 2", "x = 1\ny = 2"),
        ("%%time", ""),
    ],
)
def test_what_only_ipython_understands_is_replaced(text: str, python: str) -> None:
    assert cell(text) == python
    assert cell(text).count("\n") == text.count("\n")


@pytest.mark.parametrize(
    "text",
    [
        "x = (a\n% b)",
        "x = a \\\n% b",
        "s = '''\n%time\n!ls\n'''",
        's = """a "quoted" \\""" line\n!not a command"""\nx = 1',
        "f(a,  # a comment (with one bracket\n!= b)",
        "x = 'it''s'\ny = [\n  '%d'\n  % 3]",
        "x = y if z else 'really?'",
        "# is this right?",
        "ls = 3\nls - a",
        "cat in dogs",
        "'%s' % x",
        "x != y",
        "x = 5 % 3",
        "",
    ],
)
def test_python_is_left_alone(text: str) -> None:
    assert cell(text) == text


def test_rows_of_a_notebook_map_back() -> None:
    source = source_from_text(notebook("import torch\n!ls\nx = 1", "", "y = 2").encode(), "a.ipynb", None)
    assert source.lines == ["import torch", "pass", "x = 1", "", "y = 2", ""]
    assert [source.place(row) for row in range(1, 6)] == [(1, 1), (1, 2), (1, 3), (2, 1), (3, 1)]
    assert [source.row(*place) for place in [(1, 1), (1, 3), (2, 1), (3, 1)]] == [1, 3, 4, 5]


def test_a_cell_can_be_left_out() -> None:
    source = source_from_text(notebook("x = 1", "print 'old'\n\nx", "y = 2").encode(), "a.ipynb", None)
    (error,) = source.broken_cells()
    assert (error.cell, error.row) == (2, 1)
    without = source.without_cell(2)
    assert without.lines == ["x = 1", "", "", "", "y = 2", ""]
    assert without.broken_cells() == []
    assert without.place(5) == (3, 1)


def test_cells_that_are_no_code_are_not_counted() -> None:
    cells = [
        {"cell_type": "markdown", "source": "# A title"},
        {"cell_type": "code", "source": "x = 1"},
        {"cell_type": "raw", "source": ["raw"]},
        {"cell_type": "code", "source": ["y = 2\n", "z = 3"]},
    ]
    source = source_from_text(notebook(cells=cells).encode(), "a.ipynb", None)
    assert source.text == "x = 1\ny = 2\nz = 3\n"
    assert source.place(3) == (2, 2)


def test_format_3() -> None:
    cells = [
        {"cell_type": "code", "language": "python", "input": ["x = 1\n", "y = 2"]},
        {"cell_type": "code", "language": "bash", "input": "ls"},
        {"cell_type": "markdown", "source": "text"},
    ]
    sheets = [{"cells": cells}, {"cells": [{"cell_type": "code", "input": "z = 3"}]}]
    book = {"nbformat": 3, "metadata": {"name": ""}, "worksheets": sheets}
    source = source_from_text(json.dumps(book).encode(), "a.ipynb", None)
    assert source.text == "x = 1\ny = 2\n\nz = 3\n"
    assert source.place(4) == (3, 1)


@pytest.mark.parametrize(
    "metadata",
    [{"kernelspec": {"language": "julia"}}, {"language_info": {"name": "R"}}, {"kernelspec": {"language": "C++17"}}],
)
def test_other_languages_are_no_input(metadata: object) -> None:
    assert source_from_text(notebook("not python", metadata=metadata).encode(), "a.ipynb", None).text == ""


@pytest.mark.parametrize(
    "metadata",
    [{}, None, [], {"kernelspec": {"language": "python3"}}, {"kernelspec": {"name": "ir"}}, {"kernelspec": 1}],
)
def test_python_or_nothing_said_is_input(metadata: object) -> None:
    assert source_from_text(notebook("x = 1", metadata=metadata).encode(), "a.ipynb", None).text == "x = 1\n"


@pytest.mark.parametrize("cells", [[], None, 3, [None, 1, "x"], [{"cell_type": "code", "source": 5}]])
def test_odd_lists_of_cells(cells: object) -> None:
    assert source_from_text(notebook(cells=cells).encode(), "a.ipynb", None).text.strip() == ""


@pytest.mark.parametrize(
    ("data", "row", "word"),
    [
        (b"", 1, "empty"),
        (b" \n", 1, "empty"),
        (b'{"cells": [\n  {]', 2, "broken"),
        (b"[]", 1, "no list of cells"),
        (b"{}", 1, "no list of cells"),
        (b"\xff\x00\x01", 1, "broken"),
        (b"[" * 100_000, 1, "broken"),
    ],
)
def test_broken_notebooks(data: bytes, row: int, word: str) -> None:
    with pytest.raises(UnreadableError, match=word) as caught:
        source_from_text(data, "a.ipynb", None)
    assert caught.value.row == row


@pytest.mark.parametrize(
    ("data", "place", "word"),
    [
        (b"x = 1\ny = '\0'\n", (2, 6), "null byte"),
        (b"# coding: klingon\n", (1, 1), "unknown encoding"),
        (b"#!/usr/bin/python\n# coding: klingon\n", (2, 1), "unknown encoding"),
        (b"# coding: rot13\n", (1, 1), "not a text encoding"),
        (b"x = 1\ns = '\xe9'\n", (2, 6), "cannot be decoded as utf-8"),
        (b"s = '\xe9'\n", (1, 6), "cannot be decoded as utf-8"),
        (b"# coding: ascii\ns = '\xc3\xa9'\n", (2, 6), "cannot be decoded as ascii"),
        (b"x = " + b"(" * 2000 + b"1" + b")" * 2000, (1, None), "nested"),
        (b"x = " + b"[" * 5000, (1, None), "nested"),
    ],
)
def test_bytes_that_are_no_python(data: bytes, place: tuple[int, int | None], word: str) -> None:
    with pytest.raises(UnreadableError, match=word) as caught:
        source_from_text(data, "a.py", None)
    assert caught.value.row == place[0]
    assert place[1] in (None, caught.value.column)


@pytest.mark.parametrize(
    "data",
    [
        "s = 'é'\n".encode(),
        b"\xef\xbb\xbf" + "s = 'é'\n".encode(),
        "# -*- coding: latin-1 -*-\ns = 'é'\n".encode("latin-1"),
        "# vim: set fileencoding=cp1252 :\ns = 'é'\n".encode("cp1252"),
    ],
)
def test_encodings(data: bytes) -> None:
    assert source_from_text(data, "a.py", None).text.endswith("s = 'é'\n")


def test_deep_brackets_in_text_are_fine() -> None:
    text = f"smileys = {':-( ' * 3000!r}\nx = {'f(' * 150}1{')' * 150}\n"
    assert source_from_text(text.encode(), "a.py", None).text == text


def test_all_newlines_count() -> None:
    assert source_from_text(b"a\r\nb\rc\n\x0cd", "a.py", None).lines == ["a", "b", "c", "\x0cd"]


def test_lines_that_are_decoded_already() -> None:
    source = source_from_lines(["# coding: latin-1\n", "s = 'é'\r\n"], "a.py", None)
    assert source.text == "# coding: latin-1\ns = 'é'\n"
    assert source.place(2) == (None, 2)


def test_files(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    source = read_source(file)
    assert (source.text, source.path, source.file) == ("x = 1\n", str(file), file)
    for unreadable in (tmp_path, tmp_path / "absent.py", tmp_path / "a\0.py"):
        with pytest.raises(UnreadableError, match="cannot be read"):
            read_source(unreadable)


def test_bad_escapes_are_no_concern_of_the_linter() -> None:
    import warnings

    from torchlint.grammar import tree_of

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        before = list(warnings.filters)
        tree_of("pattern = '\\d'\n")
        assert warnings.filters == before
