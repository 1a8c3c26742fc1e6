"""`torchlint report` on whole, broken and foreign logs. None of it needs torch."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import runs
from conftest import Command

from torchlint.runtime.findings import plain_json
from torchlint.runtime.merging import span
from torchlint.runtime.report.log import SAMPLES, RunLog
from torchlint.runtime.report.reading import NotAReport, read
from torchlint.runtime.report.thinning import smoothed, thinned


def test_in_the_terminal(torchlint: Command, tmp_path: Path) -> None:
    runs.write(tmp_path / "run.jsonl", runs.run())
    result = torchlint("report", "run.jsonl")
    assert result.code == 0
    assert result.out.startswith("run.jsonl: 300 steps, ended by GuardError, 1 error, 1 warning\n")
    assert "TLN503 [non-finite] error at step 299: found by TLN503" in result.out
    assert "train.py:41" in result.out
    assert result.out.splitlines()[-1].split() == ["299", "nan", "inf", "0.01", "SGD"]


def test_page(torchlint: Command, tmp_path: Path) -> None:
    pytest.importorskip("bokeh")
    runs.write(tmp_path / "run.jsonl", runs.run())
    result = torchlint("report", "run.jsonl", "-o", "run.html")
    assert (result.code, result.out, result.err) == (0, "", "")
    text = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert "found by TLN503" in text and "Net, 123,456 parameters" in text
    assert runs.HOSTILE not in text
    assert len(text) < 2_500_000


def test_page_without_its_libraries(torchlint: Command, tmp_path: Path) -> None:
    runs.write(tmp_path / "run.jsonl", runs.run())
    (tmp_path / "bokeh.py").write_text("raise ModuleNotFoundError('no', name='bokeh')")
    result = torchlint("report", "run.jsonl", "-o", "run.html", PYTHONPATH=str(tmp_path))
    assert result.code == 2
    assert result.err == 'Error: a page needs bokeh: pip install "torchlint[report]"\n'
    assert not (tmp_path / "run.html").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "run.jsonl: not the log of a guarded run"),
        (b"\x00\xff\xfe garbage \x00", "run.jsonl: not the log of a guarded run"),
        (b'{"loss": 1.0}\n[1]\n3\n', "run.jsonl: not the log of a guarded run"),
        (b'{"kind": "run", "schema": "another"}\n', "run.jsonl: not the log of a guarded run"),
        (b"[" * 100_000, "run.jsonl: not the log of a guarded run"),
    ],
)
def test_no_report(torchlint: Command, tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "run.jsonl").write_bytes(content)
    result = torchlint("report", "run.jsonl", "-o", "run.html")
    assert (result.code, result.err) == (2, f"Error: {message}\n")
    assert not (tmp_path / "run.html").exists()


def test_no_file(torchlint: Command, tmp_path: Path) -> None:
    assert torchlint("report", "run.jsonl").err == "Error: run.jsonl: cannot be read: No such file or directory\n"
    (tmp_path / "run.jsonl").mkdir()
    assert torchlint("report", "run.jsonl").err == "Error: run.jsonl: cannot be read: Is a directory\n"
    runs.write(tmp_path / "whole.jsonl", runs.run())
    result = torchlint("report", "whole.jsonl", "-o", "nowhere/run.html")
    assert result.code == 2 and "nowhere/run.html: cannot be written" in result.err


def test_a_log_that_was_cut_off_shows_what_it_has(torchlint: Command, tmp_path: Path) -> None:
    whole = runs.write(tmp_path / "run.jsonl", runs.run()).read_bytes()
    (tmp_path / "run.jsonl").write_bytes(whole[: len(whole) // 2])
    result = torchlint("report", "run.jsonl")
    assert result.code == 0
    assert "note: 1 line could not be read and is left out." in result.out
    assert "note: The log has no end" in result.out
    report = read(tmp_path / "run.jsonl")
    assert 100 < len(report.steps) < 200 and report.end is None


def test_a_log_whose_head_is_lost(tmp_path: Path) -> None:
    report = read(runs.write(tmp_path / "run.jsonl", runs.run()[1:]))
    assert report.notes == ["The first line, which tells when and with what the run began, is missing."]
    assert report.step_count == 300


def test_a_log_of_a_newer_version_with_kinds_and_keys_that_are_not_known(tmp_path: Path) -> None:
    rows = [runs.head(version=9), {"kind": "weather", "rain": True}, runs.step(0, colour="red"), {"kind": "end"}]
    report = read(runs.write(tmp_path / "run.jsonl", rows))
    assert report.notes == ["A newer torchlint wrote this log: some of it may be missing or misread here."]
    assert len(report.steps) == 1


def test_rows_of_odd_types(torchlint: Command, tmp_path: Path) -> None:
    rows = [
        runs.head(version="x"),
        {"kind": "models", "models": [1]},
        {"kind": "models", "models": {"Net": "big"}},
        {"kind": "step"},
        {"kind": "step", "step": True},
        {"kind": "step", "step": 0, "loss": "much", "gradient_norm": [1], "learning_rate": 10**400},
        {"kind": "layers", "step": 0, "layers": [1]},
        {"kind": "layers", "step": 0, "layers": {"a": {"dead": "x"}, "b": 3, "c": {"dead": 0.5, "other": 1}}},
        {"kind": "finding", "step": 0},
        {"kind": "finding", "step": 0, "code": 7, "severity": {}, "evidence": [1], "url": "javascript:alert(1)"},
        {"kind": "loss"},
        {"kind": "end", "steps": "all", "seconds": "long", "error": 5},
    ]
    runs.write(tmp_path / "run.jsonl", rows)
    report = read(tmp_path / "run.jsonl")
    assert len(report.steps) == len(report.findings) == 1
    assert torchlint("report", "run.jsonl").code == 0
    if sys.modules.get("bokeh") or pytest.importorskip("bokeh"):
        assert torchlint("report", "run.jsonl", "-o", "run.html").code == 0
        assert "javascript:" not in (tmp_path / "run.html").read_text(encoding="utf-8").partition("</head>")[2]


def test_nothing_but_a_head_is_a_report(torchlint: Command, tmp_path: Path) -> None:
    pytest.importorskip("bokeh")
    runs.write(tmp_path / "run.jsonl", [runs.head()])
    assert torchlint("report", "run.jsonl", "-o", "run.html").code == 0
    text = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert "nothing to draw" in text and "Bokeh" not in text.partition("<script>")[0]


def test_another_kind_of_file(tmp_path: Path) -> None:
    (tmp_path / "data.jsonl").write_text('{"text": "a"}\n' * 50 + '{"kind": "step", "step": 3}\n')
    with pytest.raises(NotAReport):
        read(tmp_path / "data.jsonl")


def test_a_jump_of_the_learning_rate_is_a_note_and_no_finding(torchlint: Command, tmp_path: Path) -> None:
    rates = [0.0, 1e-3, 5e-3, 1e-2, 1e-4, 1e-4, 0.5, 0.5, float("inf")]
    rows = [runs.head(), *(runs.step(number, learning_rate=plain_json(rate)) for number, rate in enumerate(rates))]
    runs.write(tmp_path / "run.jsonl", [*rows, {"kind": "end"}])
    result = torchlint("report", "run.jsonl")
    assert result.out.startswith("run.jsonl: 9 steps, no silent bugs found\n")
    assert result.out.count("note: ") == 1
    assert "note: The learning rate jumps from 0.0001 to 0.5 (5e+03 times) at step 6. Look" in result.out
    pytest.importorskip("bokeh")
    torchlint("report", "run.jsonl", "-o", "run.html")
    assert "from 0.0001 to 0.5" in (tmp_path / "run.html").read_text(encoding="utf-8")


def test_how_fast_each_layer_learns(torchlint: Command, tmp_path: Path) -> None:
    pytest.importorskip("bokeh")
    ratios = {"first": 1e-6, "second": 1e-3, "third": 2e-3}
    sample = {path: {"update_ratio": ratio} for path, ratio in ratios.items()}
    rows = [runs.head(), *({"kind": "layers", "step": number, "layers": sample} for number in (0, 1, 2))]
    runs.write(tmp_path / "run.jsonl", [*rows, {"kind": "end"}])
    torchlint("report", "run.jsonl", "-o", "run.html")
    text = (tmp_path / "run.html").read_text(encoding="utf-8")
    cells = re.findall(r"<tr><td>(\w+)</td><td>([^<]+)</td><td>([^<]+)</td></tr>", text)
    assert cells == [("first", "1e-06", "0.001"), ("second", "0.001", "1"), ("third", "0.002", "2")]


# ------------------------------------------------------------------------ several ranks


def write_ranks(folder: Path, count: int, size: int | None = None) -> None:
    """Logs of ranks that have the same bug at step 10, with numbers of their own; rank 1 has another at its end."""
    for rank in range(count):
        rows = [runs.head(rank=rank, ranks=size or count), {"kind": "models", "models": {"Net": 7}}]
        rows += [runs.step(number, loss=2.0 + rank - number / 20) for number in range(20)]
        message = f"the loss is {2 + rank / 8} at the start"
        rows.append(runs.finding(10, "TLN204", "warning", rank=rank, message=message, evidence={"loss": 2 + rank / 8}))
        rows += [runs.finding(19, rank=1)] if rank == 1 else []
        rows.append({"kind": "end", "steps": 20, "seconds": 3.0, "error": "GuardError" if rank == 1 else None})
        runs.write(folder / f"run.rank{rank}.jsonl", rows)


def test_the_logs_of_all_ranks_are_one_run(torchlint: Command, tmp_path: Path) -> None:
    write_ranks(tmp_path, 3)
    result = torchlint("report", "run.jsonl")
    assert result.out.startswith("run.jsonl: 20 steps on 3 ranks, ended by GuardError (rank 1), 1 error, 1 warning\n")
    assert (
        result.out.count("TLN204") == 1 and "warning at ranks 0-2, step 10: the loss is 2.0 at the start" in result.out
    )
    assert "error at rank 1, step 19: " in result.out
    assert [line.split()[-1] for line in result.out.splitlines()[-3:]] == ["0", "1", "2"]
    # one of them alone
    assert torchlint("report", "run.rank2.jsonl").out.startswith("run.rank2.jsonl: 20 steps, 1 warning\n")


def test_a_page_of_all_ranks(torchlint: Command, tmp_path: Path) -> None:
    pytest.importorskip("bokeh")
    write_ranks(tmp_path, 3)
    assert torchlint("report", "run.jsonl", "-o", "run.html").code == 0
    text = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert "ranks 0-2, step 10" in text and "rank 1, step 19" in text
    # a line of the loss for each; the learning rate, which is the same on all, is one line and has no name
    assert [text.count(f'"value":"rank {rank}"') for rank in range(3)] == [1, 1, 1]


def test_ranks_that_left_no_log_and_logs_of_a_bigger_run_before(torchlint: Command, tmp_path: Path) -> None:
    write_ranks(tmp_path, 4, size=3)
    (tmp_path / "run.rank1.jsonl").write_text("")
    result = torchlint("report", "run.jsonl")
    assert result.out.startswith("run.jsonl: 20 steps on 2 ranks, 1 warning\n")
    assert "note: There is no log of rank 1." in result.out
    assert "at ranks 0, 2, step 10" in result.out
    for file in tmp_path.glob("run.rank*.jsonl"):
        file.write_text("nothing")
    assert torchlint("report", "run.jsonl").err.endswith("none of the logs of its ranks is one of a guarded run\n")


def test_a_cut_off_log_of_a_rank(torchlint: Command, tmp_path: Path) -> None:
    write_ranks(tmp_path, 2)
    log = tmp_path / "run.rank1.jsonl"
    log.write_bytes(log.read_bytes()[:-40])
    result = torchlint("report", "run.jsonl")
    assert result.code == 0
    assert "note: Rank 1: The log has no end" in result.out and "Rank 0" not in result.out


@pytest.mark.parametrize(
    ("ranks", "text"), [([3], "rank 3"), ([0, 1, 2, 3], "ranks 0-3"), ([5, 0, 1, 3, 5], "ranks 0-1, 3, 5")]
)
def test_ranks_as_people_write_them(ranks: list[int], text: str) -> None:
    assert span(ranks) == text


# --------------------------------------------------------------------------- long runs


def test_a_thinned_line_keeps_peaks_and_what_is_no_number() -> None:
    points = [(step, 1.0) for step in range(100_000)]
    points[70_123] = (70_123, 9.0)
    points[20_001] = (20_001, -3.0)
    points[5_000] = (5_000, float("nan"))
    line = thinned(points)
    assert len(line) < 3_010
    assert {points[70_123], points[20_001], points[5_000]} <= set(line)
    assert [step for step, _ in line] == sorted(step for step, _ in line)


def test_smoothing_keeps_the_ends_and_the_mean() -> None:
    assert smoothed([(step, 1.0) for step in range(10)]) is None
    line = smoothed([(step, float(step)) for step in range(1000)])
    assert line is not None
    assert line[0] == (0, 0.0) and line[-1] == (999, 999.0)
    assert all(abs(value - step) < 1e-9 for step, value in line)


def test_samples_of_layers_are_written_more_and_more_rarely(tmp_path: Path) -> None:
    from torchlint.runtime.observers import Run

    log = RunLog(tmp_path / "run.jsonl")
    log.start(Run(torch="2", every=1, rank=None))
    for step in range(20 * SAMPLES):
        log.layers(step, {"a": {"dead": 1 / 3}})
    log.end(0, None)
    report = read(tmp_path / "run.jsonl")
    assert SAMPLES < len(report.layers) < 5 * SAMPLES
    assert max(report.layers) > 19 * SAMPLES
    assert report.layers[max(report.layers)] == {"a": {"dead": 0.3333}}
