"""The record of experiments: rows that many write, and the tree that shows them. None of it needs torch."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Command

from torchlint.runtime.report.record import COLUMNS, NotARecord, Record, as_record, read_record

HOSTILE = "</td><script>1</script>, [bold] \"quoted\" \n second line; 'x'"


def add(file: Path, number: int = 0, status: str = "passed", **own: str) -> None:
    record = as_record(Record(file, **own))
    assert record is not None
    record.add(status=status, finding="", known={"context": "training", "skill": f"loss {number}"})


def test_a_row_has_what_its_author_says_and_what_is_known_otherwise(tmp_path: Path) -> None:
    add(tmp_path / "experiments.csv", 3, sub_project="vision", question="does it learn?", setup=HOSTILE)
    [row] = read_record(tmp_path / "experiments.csv")
    assert tuple(row) == COLUMNS
    assert row["sub-project"] == "vision" and row["question"] == "does it learn?" and row["setup"] == HOSTILE
    assert row["context"] == "training" and row["skill"] == "loss 3" and row["status"] == "passed"


def test_many_processes_write_at_once(tmp_path: Path) -> None:
    program = """
import sys
from torchlint.runtime.report.record import Record
record = Record("experiments.csv", sub_project="x" * 5000)
for number in range(20):
    record.add(status="passed", finding="", known={"skill": f"{sys.argv[1]} {number}"})
"""
    writers = [subprocess.Popen([sys.executable, "-c", program, str(number)], cwd=tmp_path) for number in range(4)]
    assert [writer.wait(120) for writer in writers] == [0] * 4
    rows = read_record(tmp_path / "experiments.csv")
    assert sorted(row["skill"] for row in rows) == sorted(f"{one} {number}" for one in range(4) for number in range(20))
    assert all(row["sub-project"] == "x" * 5000 for row in rows)


def test_what_a_spreadsheet_has_made_of_it_stays(tmp_path: Path) -> None:
    file = tmp_path / "experiments.csv"
    names = ["who", *reversed(COLUMNS)]
    file.write_bytes(("\ufeff" + ";".join(names) + "\r\n" + ";".join(["Ada"] + ["a"] * 10)).encode())
    add(file, 7, name="second")
    first, second = read_record(file)
    assert first["who"] == "Ada" and first["skill"] == "a"
    assert (second["who"], second["name"], second["skill"]) == ("", "second", "loss 7")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        assert [len(line) for line in csv.reader(lines, delimiter=";")] == [11, 11, 11]


@pytest.mark.parametrize("content", [b"a,b,c\n1,2,3\n", b"\xff\xfe\x00", b'{"kind": "run"}\n'])
def test_another_file_is_left_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "data.csv"
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r"record: .*data.csv"):
        as_record(file)
    with pytest.raises(NotARecord):
        read_record(file)
    assert file.read_bytes() == content


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="record: there is no folder"):
        as_record(tmp_path / "nowhere" / "experiments.csv")
    with pytest.raises(ValueError, match=r"record: .* can't be used: Is a directory"):
        as_record(tmp_path)


# ---------------------------------------------------------------------------- the tree


@pytest.fixture
def experiments(tmp_path: Path) -> Path:
    file = tmp_path / "experiments.csv"
    add(file, 1, sub_project="vision", setup="Net", name="first", parameter="lr", values="0.1")
    add(file, 2, "failed", sub_project="vision", setup="Net", name="first", question=HOSTILE)
    add(file, 3, sub_project="speech", setup="Net", name="other")
    return file


def test_in_the_terminal(torchlint: Command, experiments: Path) -> None:
    result = torchlint("report", "experiments.csv")
    assert result.code == 0
    lines = [line.rstrip() for line in result.out.splitlines()]
    assert lines[:6] == [
        "experiments.csv: 3 experiments, 1 failed",
        "├── sub-project vision",
        "│   └── context training",
        "│       └── setup Net",
        "│           └── name first",
        "│               ├── passed  lr = 0.1  loss 1",
    ]
    assert "└── sub-project speech" in lines and "[bold]" in result.out


def test_as_a_page(torchlint: Command, experiments: Path) -> None:
    pytest.importorskip("jinja2")
    result = torchlint("report", "experiments.csv", "-o", "experiments.html")
    assert (result.code, result.out, result.err) == (0, "", "")
    text = (experiments.parent / "experiments.html").read_text(encoding="utf-8")
    assert "3 experiments, 1 failed" in text and "vision" in text and "loss 2" in text
    assert "<script" not in text


def test_no_record(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a,b\n1,2\n")
    result = torchlint("report", "data.csv")
    assert (result.code, result.err) == (2, "Error: data.csv: not a record of experiments\n")
    assert torchlint("report", "none.csv").code == 2


def test_an_empty_record(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "experiments.csv").write_text("")
    assert torchlint("report", "experiments.csv").out == "experiments.csv: 0 experiments, 0 failed\n"
