#!/usr/bin/env python3
"""Speed of the linter beside bare parsing and beside torchfix, on a folder of real code, in one run.

    python benchmarks/lint_speed.py FOLDER [--files N] [--torchfix COMMAND]

Prints, for the same files: `libcst.parse_module`, once, of each file that torchlint parses (those that it lints, and
those that imports and calls lead it to), torchlint in one process without a cache (both twice, by turns), and (if the
command is given or found) torchfix. Also the peak memory of torchlint on a quarter, a half and the whole of the files:
it must not grow with their number. At last, a run with a warm cache on the folder, in CPU seconds for 10,000 files'
worth, without the start of the program and with it. Ratios are what counts; seconds depend on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

#: How often parsing and linting are measured, by turns.
ROUNDS = 2

SKIPPED = {".git", ".venv", "venv", "node_modules", "site-packages"}

_PARSE = """
import sys, time, libcst
texts = []
for line in open(sys.argv[1], encoding="utf-8"):
    try:
        texts.append(open(line.rstrip("\\n"), encoding="utf-8").read())
    except (OSError, UnicodeDecodeError):
        pass
started = time.process_time()
for text in texts:
    try:
        libcst.parse_module(text)
    except libcst.ParserSyntaxError:
        pass
print(time.process_time() - started)
"""


# torchlint's own command line, with a note of each file that goes through the parser
_NOTED = """
import runpy, sys
from torchlint.semantics import parse
inner, seen = parse.parse, {}
def noting(source):
    seen[source.file] = True
    return inner(source)
parse.parse = noting
noted, sys.argv = sys.argv[1], ["torchlint", *sys.argv[2:], "--exit-zero"]
try:
    runpy.run_module("torchlint", run_name="__main__")
finally:
    open(noted, "w", encoding="utf-8").write("\\n".join(str(file.resolve()) for file in seen))
"""

TORCHLINT = [sys.executable, "-m", "torchlint", "check", "--no-cache", "-j", "1", "--output-format", "json"]


def python_files(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.rglob("*.py"))
        if path.is_file() and not SKIPPED & set(path.relative_to(folder).parts)
    ]


def parsed_files(folder: Path, files: list[Path]) -> list[Path]:
    """The files that torchlint parses when it lints these: they are noted in a run of their own."""
    with tempfile.TemporaryDirectory() as place:
        noted = Path(place, "parsed.txt")
        arguments = [str(noted), *TORCHLINT[3:], *map(str, files)]
        subprocess.run([sys.executable, "-c", _NOTED, *arguments], cwd=folder, capture_output=True, check=True)
        return [Path(line) for line in noted.read_text(encoding="utf-8").splitlines()]


def run(command: list[str], folder: Path, **environment: str) -> tuple[float, int]:
    """CPU seconds of a command and its children, and the findings that it counted."""
    environment = {**os.environ, **environment}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    try:
        count = len(json.loads(done.stdout))
    except ValueError:
        count = done.stdout.count("\n")
    return seconds, count


def peak_memory(folder: Path, files: list[Path]) -> float:
    """Peak memory in MiB of torchlint on these files."""
    code = (
        "import resource, runpy, sys\n"
        "sys.argv = ['torchlint', *sys.argv[1:]]\n"
        "try:\n    runpy.run_module('torchlint', run_name='__main__')\n"
        "finally:\n    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", code, "check", "--no-cache", "-j", "1", "--output-format", "json"]
    done = subprocess.run([*command, *map(str, files)], cwd=folder, capture_output=True, text=True, check=False)
    return int(done.stderr.strip().splitlines()[-1]) / 1024


def warm(folder: Path) -> str:
    """A run with a warm cache on a whole folder."""
    command = [sys.executable, "-m", "torchlint"]
    with tempfile.TemporaryDirectory() as cache, tempfile.TemporaryDirectory() as compiled:
        lint = [*command, "check", "--cache-dir", cache, "-j", "1", "--output-format", "json"]
        # compiled beforehand, as an installed program is, also where Python is told to leave no such files behind
        kept = {"PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
        # the second run notes the time stamps of what the first one found too young to trust
        first, _ = run(lint, folder, **kept)
        run(lint, folder, **kept)
        seconds = min(run(lint, folder, **kept)[0] for _ in range(5))
        start = min(run([*command, "--version"], folder, **kept)[0] for _ in range(5))
    from torchlint.config import Config
    from torchlint.files import find_targets

    count = len(find_targets([folder], Config(root=folder)))
    for_many = (seconds - start) / max(count, 1) * 10_000
    return (
        f"warm cache           {seconds:8.2f} s   {count} files (cold: {first:.1f} s); "
        f"10,000 files: {for_many:.2f} s, with the start {for_many + start:.2f} s"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=0, help="use only this many files, evenly chosen")
    parser.add_argument("--only-warm", action="store_true", help="measure the cache alone")
    parser.add_argument("--torchfix", default=shutil.which("torchfix"), help="the torchfix command to compare with")
    options = parser.parse_args()
    folder = options.folder.resolve()
    if options.only_warm:
        print(warm(folder))
        return 0
    files = python_files(folder)
    if options.files and len(files) > options.files:
        files = files[:: len(files) // options.files][: options.files]
    parsed = parsed_files(folder, files)
    listing = Path(tempfile.mkstemp(suffix=".txt")[1])
    listing.write_text("\n".join(map(str, parsed)), encoding="utf-8")
    started = time.perf_counter()
    parse = [sys.executable, "-c", _PARSE, str(listing)]
    names = [str(path) for path in files]
    # by turns: a machine with other work is slower at one time than at another
    bare = ours = 0.0
    for _ in range(ROUNDS):
        bare += float(subprocess.run(parse, capture_output=True, text=True, check=True).stdout) / ROUNDS
        seconds, found = run([*TORCHLINT, *names], folder)
        ours += seconds / ROUNDS
    listing.unlink()
    print(f"files: {len(files)} to lint, {len(parsed)} parsed for that")
    print(f"libcst.parse_module  {bare:8.1f} s   1.00")
    print(f"torchlint            {ours:8.1f} s   {ours / bare:.2f} times the parse, {found} findings")
    if options.torchfix:
        theirs, _ = run([*options.torchfix.split(), *names], folder)
        print(f"torchfix             {theirs:8.1f} s   {theirs / ours:.1f} times torchlint")
    print(warm(folder))
    for share in (4, 2, 1):
        print(f"peak memory, {len(files) // share:5} files  {peak_memory(folder, files[::share]):6.0f} MiB")
    print(f"({time.perf_counter() - started:.0f} s in all)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
