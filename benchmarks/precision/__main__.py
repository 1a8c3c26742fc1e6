"""Findings per rule in public repositories, beside what reading them said.

    python -m benchmarks.precision CLONES [--kind expert] [--only OWNER/NAME] [--select TLN401] [--markdown]

CLONES is a folder of git clones named owner+name (or owner+name/repo). Those of `repositories.jsonl` are linted as they
were at the commit named there; those that are absent are told and left out. A finding is looked up in
`verdicts.jsonl`. Where somebody has read it, it is

- *true*: the code does what the finding says, and what comes out is not what its author can have wanted;
- *dormant*: the same, but as the repository stands no run gets there: the program breaks before, nothing calls the
  code, a switch in it is off;
- *arguable*: it is as the finding says, but nothing that matters comes out worse, or the author knows and means it;
- *false*: the finding is mistaken about what the code does.

Else it is *unread*, and listed. A finding is *right* where it is true or dormant. Verdicts on findings that are not
made any more are counted as *gone*: others that were mended, and right ones that were lost.

The repositories of the kinds `first-sight` to `first-sight-12`, one batch after the other, were linted before anything
was mended on them, and their verdicts are on what was found then: `gone` counts what was mended since. Only since
`first-sight-9` does every reader tell dormant from arguable; before, those who were in doubt said arguable.

Lines are those of Python files and of the code cells of notebooks.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
READ = (".py", ".ipynb")
LAID_OUT = (*READ, ".gitignore", "pyproject.toml", "setup.cfg", "tox.ini")
RIGHT = ("true", "dormant")
VERDICTS = (*RIGHT, "arguable", "false", "unread")


class Place(NamedTuple):
    """Where a finding stands. `cell` counts the code cells of a notebook from 1, `line` the rows in it."""

    repository: str
    path: str
    cell: int | None
    line: int
    rule: str

    def __str__(self) -> str:
        cell = f":cell {self.cell}" if self.cell is not None else ""
        return f"{self.rule}  {self.repository}  {self.path}{cell}:{self.line}"


def records(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def verdicts() -> dict[Place, str]:
    """The judged findings at the commits that are linted."""
    pinned = {(record["repository"], record["commit"]) for record in records("repositories.jsonl")}
    return {
        Place(*(record[field] for field in Place._fields)): record["verdict"]  # type: ignore[arg-type]
        for record in records("verdicts.jsonl")
        if (record["repository"], record["commit"]) in pinned
    }


def lay_out(clones: Path, repository: str, commit: str, folder: Path) -> bool:
    """Write the Python of a commit into a folder; False if the clone lacks it."""
    for clone in (clones / repository.replace("/", "+"), clones / repository.replace("/", "+") / "repo"):
        git = ["git", "-C", str(clone)]
        listed = subprocess.run([*git, "ls-tree", "-rz", "--name-only", commit], capture_output=True, check=False)
        if listed.returncode:
            continue
        names = [name for name in listed.stdout.split(b"\0") if name.endswith(tuple(map(os.fsencode, LAID_OUT)))]
        for name, data in blobs(git, commit, names):
            target = folder / os.fsdecode(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return True
    return False


def blobs(git: list[str], commit: str, names: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Files of a commit with their contents, without those that a partial clone lacks."""
    command = [*git, "cat-file", "--batch"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        for name in names:
            if b"\n" in name:
                continue
            process.stdin.write(f"{commit}:".encode() + name + b"\n")
            process.stdin.flush()
            head = process.stdout.readline().split()
            if len(head) == 3 and head[1] == b"blob":
                yield name, process.stdout.read(int(head[2]))
                process.stdout.read(1)


def lint(folder: Path, options: Iterable[str]) -> list[dict]:
    command = [sys.executable, "-m", "torchlint", "check", "--no-cache", "--exit-zero", "--output-format", "json"]
    # the folder's own settings are its authors' choice; here every default rule speaks
    done = subprocess.run([*command, *options, str(folder)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"torchlint failed on {folder}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def count_lines(folder: Path) -> int:
    from torchlint.source import UnreadableError, read_source

    count = 0
    for path in folder.rglob("*"):
        if path.suffix in READ and path.is_file():
            try:
                count += read_source(path).text.count("\n")
            except UnreadableError:
                continue
    return count


def places(repository: str, folder: Path, findings: list[dict]) -> Iterator[Place]:
    for finding in findings:
        if finding["code"] != "TLN000":
            path = Path(finding["filename"]).resolve().relative_to(folder.resolve()).as_posix()
            yield Place(repository, path, finding["cell"], finding["location"]["row"], finding["code"])


def share(counted: Counter[tuple[str, str]], rule: str) -> str:
    """How many of a rule's findings that were read are right."""
    read = sum(counted[rule, verdict] for verdict in VERDICTS if verdict != "unread")
    return f"{sum(counted[rule, verdict] for verdict in RIGHT) / read:.1%}" if read else ""


def table(found: dict[Place, str], known: dict[Place, str], lines: int, markdown: bool) -> Iterator[str]:
    gone = Counter((place.rule, verdict) for place, verdict in known.items() if place not in found)
    counted = Counter((place.rule, verdict) for place, verdict in found.items())
    columns = ["rule", *VERDICTS, "right", "per 10,000 lines", "gone: right", "gone: others"]
    rules = sorted({rule for rule, _ in (*counted, *gone)})
    for counter in (counted, gone):
        for (_, verdict), n in list(counter.items()):
            counter["all", verdict] += n
    rows = [
        [
            rule,
            *(str(counted[rule, verdict]) for verdict in VERDICTS),
            share(counted, rule),
            f"{sum(counted[rule, verdict] for verdict in VERDICTS) / lines * 10_000:.3f}",
            str(sum(gone[rule, verdict] for verdict in RIGHT)),
            str(gone[rule, "arguable"] + gone[rule, "false"]),
        ]
        for rule in (*rules, "all")
    ]
    if markdown:
        yield "| " + " | ".join(columns) + " |"
        yield "|" + "---|" * len(columns)
        yield from ("| " + " | ".join(row) + " |" for row in rows)
    else:
        widths = [max(len(row[i]) for row in (columns, *rows)) for i in range(len(columns))]
        for row in (columns, *rows):
            yield "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clones", type=Path)
    kinds = sorted({record["kind"] for record in records("repositories.jsonl")})
    parser.add_argument("--kind", choices=kinds, help="only repositories of this kind")
    parser.add_argument("--only", action="append", help="only this repository; may be given again")
    parser.add_argument("--judged", action="store_true", help="only repositories in which something was found once")
    parser.add_argument("--select", help="rules, as for `torchlint check`; the default ones if absent")
    parser.add_argument("--markdown", action="store_true", help="print the table for the docs")
    options = parser.parse_args()
    rules = ["--select", options.select] if options.select else []
    judged = verdicts()
    found_in = {place.repository for place in judged}
    found: dict[Place, str] = {}
    linted: set[str] = set()
    absent, lines = [], 0
    for record in records("repositories.jsonl"):
        repository = record["repository"]
        if (options.kind and record["kind"] != options.kind) or (options.only and repository not in options.only):
            continue
        if options.judged and repository not in found_in:
            continue
        with tempfile.TemporaryDirectory() as folder:
            laid = Path(folder) / "tree"
            laid.mkdir()
            if not lay_out(options.clones, repository, record["commit"], laid):
                absent.append(repository)
                continue
            linted.add(repository)
            lines += count_lines(laid)
            for place in places(repository, laid, lint(laid, rules)):
                found[place] = judged.get(place, "unread")
            print(f"\r{len(linted)} repositories, {lines:,} lines, {len(found)} findings", end="", file=sys.stderr)
    print(file=sys.stderr)
    codes = tuple(options.select.split(",")) if options.select else ("",)
    known = {
        place: verdict
        for place, verdict in judged.items()
        if place.repository in linted and place.rule.startswith(codes)
    }
    if lines:
        print(*table(found, known, lines, options.markdown), sep="\n")
    for place, verdict in found.items():
        if verdict == "unread":
            print(place)
    if absent:
        print(f"absent: {', '.join(absent)}", file=sys.stderr)


if __name__ == "__main__":
    main()
