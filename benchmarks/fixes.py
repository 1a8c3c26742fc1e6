"""Applies every fix, safe and unsafe, to copies of the files under some folders, and checks what fixes promise.

    python benchmarks/fixes.py FOLDER...

Each folder is a project (a clone, say), or with --each a folder of projects; nothing is written to it. In a copy of
each project everything is fixed that has a fix; then
- it can be parsed by this Python if it could before, and by the linter,
- what was fixed is gone, and nothing new is found in any file of the project,
- a second run changes nothing,
- what the fixes did not touch is the same, byte for byte: in notebooks, all but the cells' code.
Fixes that the tool takes back because they would not hold are counted as refused, with --verbose also shown.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import io
import json
import os
import shutil
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path

from torchlint.checking import Means, check
from torchlint.cli.fix import Fixer
from torchlint.config import Config
from torchlint.files import find_targets
from torchlint.garbage import search_rarely

#: What a copy of a project holds: all that the linter reads.
READ = (".py", ".pyi", ".ipynb", ".toml", ".gitignore")


def copied(project: Path, to: Path) -> None:
    for folder, folders, files in os.walk(project):
        folders[:] = [name for name in folders if name not in (".git", "node_modules")]
        for name in files:
            file = Path(folder, name)
            if name.endswith(READ) and file.is_file() and not file.is_symlink():
                target = to / file.relative_to(project)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)


def compiles(data: bytes) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(data, "<file>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return False
    return True


def without_code(data: bytes) -> object:
    """A notebook without the code of its cells."""
    book = json.loads(data)
    for cell in book.get("cells", ()):
        if cell.get("cell_type") == "code":
            cell["source"] = None
    return book


def untouched(before: bytes, after: bytes, fixes: int) -> bool:
    """Whether a fix changed few lines: none is reformatted."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    changed = sum(
        max(i2 - i1, j2 - j1)
        for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if tag != "equal"
    )
    return changed <= 8 * fixes


class Bench:
    def __init__(self, verbose: bool) -> None:
        self.verbose = verbose
        self.counts: dict[str, Counter[str]] = {}
        self.broken: list[str] = []

    def count(self, code: str, what: str, number: int = 1) -> None:
        self.counts.setdefault(code, Counter())[what] += number

    def project(self, project: Path) -> None:
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            copied(project, Path(folder, "copy"))
            os.chdir("copy")
            self.fix(project.name, Path.cwd(), Path(folder, "cache"))

    def fix(self, name: str, folder: Path, cache: Path) -> None:
        config = Config(root=folder)
        targets = {target.shown: target for target in find_targets([folder], config)}

        def look():
            return check(list(targets.values()), config, Means(jobs=1, cache_folder=cache))

        before = {target.file: target.file.read_bytes() for target in targets.values()}
        found = look()
        for finding in found:
            self.count(finding.code, "found")
            if finding.fix is not None:
                self.count(finding.code, "fixable")
        if not any(finding.fix for finding in found):
            return
        fixer, told = Fixer(config, unsafe=True), io.StringIO()
        with contextlib.redirect_stderr(told):
            left = fixer.fix_files(look, targets)
        for finding in fixer.fixed:
            self.count(finding.code, "fixed")
        for line in told.getvalue().splitlines():
            self.count(line.partition("TLN")[2][:3] and f"TLN{line.partition('TLN')[2][:3]}", "refused")
            if self.verbose:
                print(f"{name}: {line}", flush=True)
        # the promises, by other means than the tool's own
        if len(left) > len(found) - len(fixer.fixed):
            self.broken.append(f"{name}: {len(found)} found, {len(fixer.fixed)} fixed, {len(left)} left")
        counts = Counter(finding.location.path for finding in fixer.fixed)
        for target in targets.values():
            old, new = before[target.file], target.file.read_bytes()
            if old == new:
                continue
            if target.shown.endswith(".ipynb"):
                if without_code(old) != without_code(new):
                    self.broken.append(f"{name}/{target.shown}: more than code was changed")
            elif compiles(old) and not compiles(new):
                self.broken.append(f"{name}/{target.shown}: is no Python any more")
            if not untouched(old, new, counts[target.shown]):
                self.broken.append(f"{name}/{target.shown}: too much was changed")
            if self.verbose:
                lines = difflib.unified_diff(
                    old.decode(errors="replace").splitlines(), new.decode(errors="replace").splitlines(),
                    f"{name}/{target.shown}", "fixed", lineterm="", n=2,
                )  # fmt: skip
                print(*lines, sep="\n", flush=True)
        now = {file: file.read_bytes() for file in before}
        again = Fixer(config, unsafe=True)
        with contextlib.redirect_stderr(io.StringIO()):
            again.fix_files(look, targets)
        if again.fixed or any(file.read_bytes() != data for file, data in now.items()):
            self.broken.append(f"{name}: a second run changes something")

    def table(self) -> str:
        columns = ("found", "fixable", "fixed", "refused")
        rows = [f"{'rule':8}" + "".join(f"{column:>9}" for column in columns)]
        for code, counts in sorted(self.counts.items()):
            rows.append(f"{code or '?':8}" + "".join(f"{counts[column]:>9}" for column in columns))
        total = Counter[str]()
        for counts in self.counts.values():
            total += counts
        rows.append(f"{'all':8}" + "".join(f"{total[column]:>9}" for column in columns))
        return "\n".join(rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--each", action="store_true", help="every folder in FOLDER is a project")
    parser.add_argument("--verbose", action="store_true", help="show each change and each refusal")
    options = parser.parse_args()
    projects = [folder.resolve() for folder in options.folders]
    if options.each:
        projects = [path for folder in projects for path in sorted(folder.iterdir()) if path.is_dir()]
    search_rarely()
    bench = Bench(options.verbose)
    for project in projects:
        try:
            bench.project(project)
        except Exception as error:
            bench.broken.append(f"{project.name}: {type(error).__name__}: {error}")
    print(f"{len(projects)} projects")
    print(bench.table())
    print(f"{len(bench.broken)} broken promises", *bench.broken, sep="\n  ")
    return 1 if bench.broken else 0


if __name__ == "__main__":
    sys.exit(main())
