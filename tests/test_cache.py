"""The cache: a second run knows what the first one found, and nothing that is no longer so."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from conftest import BUGGY, CLEAN, Command, notebook

from torchlint.semantics.reads import digest

RULES = Path(__file__).parent / "rules"

MODEL = """\
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(8, 4)

    def forward(self, x):
        return torch.softmax(self.layer(x), dim=1)
"""

TRAIN = """\
import torch
from torch import nn
from model import Net

net = Net()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for x, y in [(torch.randn(32, 8), torch.randint(0, 4, (32,)))] * 10:
    optimizer.zero_grad()
    loss = criterion(net(x), y)
    loss.backward()
    optimizer.step()
"""


def modules_of(arguments: list[str], cwd: Path) -> tuple[str, set[str]]:
    """The output of a command, and the modules that it loaded."""
    program = (
        "import sys\nfrom torchlint.__main__ import main\n"
        f"sys.argv = ['torchlint', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=cwd, capture_output=True, text=True, check=False)
    return done.stdout, set(done.stderr.split())


class Run(NamedTuple):
    """A run, the modules that it loaded, and the files that it opened."""

    out: str
    modules: set[str]
    opened: list[str]

    @property
    def looked_into(self) -> set[str]:
        """The names of the sources that were opened, and the modules that are loaded for work alone."""
        work = {"libcst", "pathspec", "rich", "torchlint.linter", "torchlint.semantics.lookup"}
        return {Path(file).name for file in self.opened if file.endswith((".py", ".ipynb"))} | (work & self.modules)


def later(arguments: list[object], cwd: Path) -> Run:
    """Run the command as if in a minute: whatever is there by now is old enough to be known by its stamp."""
    program = (
        "import json, sys, time\nopened, now = [], time.time_ns\ntime.time_ns = lambda: now() + 60 * 10**9\n"
        "from torchlint.__main__ import main\n"
        f"sys.argv = ['torchlint', *{[*map(str, arguments)]!r}]\n"
        "sys.addaudithook(lambda event, about: opened.append(str(about[0])) if event == 'open' else None)\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(json.dumps([[*sys.modules], opened]), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=cwd, capture_output=True, text=True, check=False)
    modules, opened = json.loads(done.stderr.splitlines()[-1])
    return Run(done.stdout, set(modules), [file for file in opened if file.startswith(str(cwd))])


def age(folder: Path) -> None:
    """Let the files look old enough to be known by their time stamps alone."""
    for path in [folder, *folder.rglob("*")]:
        if ".torchlint_cache" not in path.parts:
            os.utime(path, (time.time() - 1000, time.time() - 1000))


def test_a_warm_run_parses_nothing_and_says_the_same(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "buggy.py").write_text(BUGGY)
    (tmp_path / "clean.py").write_text(CLEAN)
    (tmp_path / "broken.py").write_text("import torch\nx = (\n")
    (tmp_path / "book.ipynb").write_text(notebook("import torch", BUGGY))
    for options in ([], ["--output-format", "json"], ["--output-format", "concise", "buggy.py", "book.ipynb"]):
        cold = torchlint("check", *options, "--no-cache")
        first = torchlint("check", *options)
        out, modules = modules_of(["check", *options], tmp_path)
        assert cold.out == first.out == out
        assert not {"libcst", "torchlint.semantics.parse"} & set(modules)
        assert "torchlint.rules" not in modules


def test_the_folder_of_the_cache(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "buggy.py").write_text(BUGGY)
    assert torchlint("check", "--no-cache").code == 1
    assert not (tmp_path / ".torchlint_cache").exists()
    assert torchlint("check").code == 1
    folder = tmp_path / ".torchlint_cache"
    assert (folder / ".gitignore").read_text().endswith("\n*\n")
    assert (folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    assert sorted(path.suffix for path in folder.iterdir()) == ["", ".TAG", ".json", ".lock"]
    assert torchlint("clean").out == f"Removed {folder}\n"
    assert not folder.exists()
    result = torchlint("clean")
    assert (result.code, result.out) == (0, f"No cache in {folder}\n")


def test_another_folder(torchlint: Command, tmp_path: Path) -> None:
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    project.mkdir()
    (project / "buggy.py").write_text(BUGGY)
    elsewhere.mkdir()
    (elsewhere / "precious.json").write_text("{}")
    assert torchlint("check", "--cache-dir", elsewhere, cwd=project).code == 1
    assert torchlint("check", cwd=project, TORCHLINT_CACHE_DIR=str(elsewhere)).code == 1
    assert not (project / ".torchlint_cache").exists()
    # a folder that is there is not turned into a cache
    assert sorted(path.suffix for path in elsewhere.iterdir()) == [".json", ".json", ".lock"]
    assert torchlint("clean", cwd=project, TORCHLINT_CACHE_DIR=str(elsewhere)).code == 0
    assert [path.name for path in elsewhere.iterdir()] == ["precious.json"]


def test_a_change_in_another_file(torchlint: Command, tmp_path: Path) -> None:
    def codes() -> list[str]:
        found = [f"{item['filename']} {item['code']}" for item in torchlint("check", "--output-format", "json").json]
        assert found == [
            f"{item['filename']} {item['code']}"
            for item in torchlint("check", "--output-format", "json", "--no-cache").json
        ]
        return found

    (tmp_path / "train.py").write_text(TRAIN)
    assert codes() == []
    # a file that was looked for in vain
    (tmp_path / "model.py").write_text(MODEL)
    assert codes() == ["train.py TLN201"]
    age(tmp_path)
    assert codes() == ["train.py TLN201"]
    (tmp_path / "model.py").write_text(MODEL.replace("torch.softmax(self.layer(x), dim=1)", "self.layer(x)"))
    assert codes() == []
    (tmp_path / "model.py").write_text(MODEL)
    assert codes() == ["train.py TLN201"]
    # a package comes before a module
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "__init__.py").write_text("")
    assert codes() == []
    shutil.rmtree(tmp_path / "model")
    assert codes() == ["train.py TLN201"]
    (tmp_path / "model.py").unlink()
    assert codes() == []


def test_a_layer_with_modes_in_another_file(torchlint: Command, tmp_path: Path) -> None:
    """Whether a network that nobody is seen to pass has such layers is told by all files, imported or not."""
    shutil.copytree(RULES / "TLN302" / "ok_project_without_modes", tmp_path, dirs_exist_ok=True)
    assert torchlint("check").code == 0
    age(tmp_path)
    net = (tmp_path / "net.py").read_text()
    (tmp_path / "net.py").write_text(net.replace("nn.Tanh()", "nn.Dropout()"))
    found = torchlint("check", "--output-format", "json")
    assert [finding["code"] for finding in json.loads(found.out)] == ["TLN302"]
    assert found == torchlint("check", "--output-format", "json", "--no-cache")
    (tmp_path / "net.py").write_text(net)
    assert torchlint("check").code == 0


def test_a_new_caller(torchlint: Command, tmp_path: Path) -> None:
    """A file that imports the linted one tells what its parameters are."""
    loop = "import torch\n\ndef loss_of(criterion, net, x, y):\n    return criterion(torch.softmax(net(x), 1), y)\n"
    caller = "from torch import nn\nfrom loop import loss_of\n\nloss_of(nn.{}(), nn.Linear(8, 4), x, y).backward()\n"
    (tmp_path / "loop.py").write_text(loop)
    assert torchlint("check").code == 0
    (tmp_path / "main.py").write_text(caller.format("CrossEntropyLoss"))
    expected = torchlint("check", "--output-format", "json", "--no-cache")
    assert expected.code == 1
    assert torchlint("check", "--output-format", "json") == expected
    age(tmp_path)
    assert torchlint("check", "--output-format", "json") == expected
    (tmp_path / "main.py").write_text(caller.format("BCELoss"))
    assert torchlint("check").code == 0
    (tmp_path / "main.py").write_text(caller.format("CrossEntropyLoss"))
    assert torchlint("check").code == 1
    (tmp_path / "main.py").unlink()
    assert torchlint("check").code == 0


FOLDERS = sorted(path for path in RULES.glob("*/*_fixed") if path.is_dir())


@pytest.mark.parametrize("fixed", FOLDERS, ids=[f"{path.parent.name}-{path.name}" for path in FOLDERS])
def test_mends_file_by_file(tmp_path: Path, fixed: Path) -> None:
    """However a project changes, the cache says what a fresh run says."""
    from torchlint.cache import Cache
    from torchlint.config import Config
    from torchlint.files import find_targets
    from torchlint.linter import Linter

    config = Config(root=tmp_path, select=("ALL",))

    def lint() -> list[object]:
        targets, cache, linter = find_targets([tmp_path], config), Cache(tmp_path, config), Linter(config)
        found = []
        for target in targets:
            known = cache.get(target)
            if known is None:
                answer = linter.answer(target)
                cache.put(target, answer)
                known = answer.findings
            found += known
        cache.save()
        fresh = Linter(config)
        assert found == [finding for target in targets for finding in fresh.lint_target(target)]
        return found

    (tmp_path / ".git").mkdir()
    shutil.copytree(fixed.with_name(fixed.name.removesuffix("_fixed")), tmp_path, dirs_exist_ok=True)
    before = lint()
    assert before
    for file in sorted(path for path in fixed.rglob("*") if path.is_file()):
        age(tmp_path)
        lint()
        shutil.copy(file, tmp_path / file.relative_to(fixed))
        lint()
    assert lint() == []
    # as a fresh checkout elsewhere would look: other time stamps, same contents
    age(tmp_path)
    assert lint() == []
    for file in sorted(tmp_path.rglob("*.py")):
        file.rename(file.with_suffix(".away"))
        lint()


def test_other_choices_are_other_answers(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "buggy.py").write_text(BUGGY)
    assert torchlint("check").code == 1
    assert torchlint("check", "--ignore", "TLN2").code == 0
    assert torchlint("check", "--select", "TLN3").code == 0
    (tmp_path / "pyproject.toml").write_text('[tool.torchlint.per-file-ignores]\n"b*.py" = ["TLN201"]\n')
    assert torchlint("check").code == 0
    (tmp_path / "pyproject.toml").write_text('[tool.torchlint.per-file-ignores]\n"c*.py" = ["TLN201"]\n')
    assert torchlint("check").code == 1


def test_named_and_found(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text("def f(:\n")
    for _ in range(2):
        assert torchlint("check", "plain.py").code == 1
        assert torchlint("check").code == 0


def test_where_it_is_run_from(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "model.py").write_text(MODEL)
    (tmp_path / "part" / "train.py").write_text(TRAIN)
    options = ["check", "--output-format", "json"]
    for cwd, paths in ((tmp_path, ["."]), (tmp_path / "part", ["."]), (tmp_path / "part", ["train.py"])):
        assert torchlint(*options, *paths, cwd=cwd) == torchlint(*options, "--no-cache", *paths, cwd=cwd)
    assert list(tmp_path.rglob(".torchlint_cache")) == [tmp_path / ".torchlint_cache"]


def sealed(body: bytes) -> bytes:
    return digest(body).encode() + b"\n" + body


FOREIGN = [
    b"",
    b"\0\xff\n{}",
    b"{",
    sealed(b"[]"),
    sealed(b'{"format": 999, "answers": {}}'),
    sealed(b'{"format": 1, "files": [], "folders": {}, "imports": 3, "importers": [], "tree": null, "answers": {}}'),
]


@pytest.mark.parametrize("data", FOREIGN, ids=range(len(FOREIGN)))
def test_a_cache_that_is_none(torchlint: Command, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "buggy.py").write_text(BUGGY)
    expected = torchlint("check")
    (file,) = (tmp_path / ".torchlint_cache").glob("*.json")
    good = file.read_bytes()
    file.write_bytes(data)
    assert torchlint("check") == expected
    assert torchlint("check") == expected
    assert file.read_bytes().partition(b'"answers"')[2] == good.partition(b'"answers"')[2]


def test_answers_that_are_garbled(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "buggy.py").write_text(BUGGY)
    expected = torchlint("check")
    (file,) = (tmp_path / ".torchlint_cache").glob("*.json")
    good = file.read_bytes()
    for bad in (good.replace(b"TLN201", b"TLN999"), good[:-40], good + b"{}", good.replace(b"[0]", b"[99]")):
        file.write_bytes(bad)
        assert torchlint("check") == expected
    assert file.read_bytes().partition(b'"answers"')[2] == good.partition(b'"answers"')[2]


def test_where_nothing_can_be_written(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "buggy.py").write_text(BUGGY)
    (tmp_path / "file").touch()
    for folder in ("/proc/nowhere", "/dev/null/cache", tmp_path / "file", tmp_path / "file" / "below"):
        result = torchlint("check", "--cache-dir", folder)
        assert (result.code, result.err) == (1, "")
    (tmp_path / ".torchlint_cache").write_text("not a folder\n")
    result = torchlint("check")
    assert (result.code, result.err) == (1, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux only")
def test_a_full_disk(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "buggy.py").write_text(BUGGY)
    program = """if True:
        import sys, resource, signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
        from torchlint.__main__ import main
        sys.argv = ["torchlint", "check", "--output-format", "concise"]
        main()
    """
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("buggy.py:10:21: TLN201")
    # nothing half-written is left
    assert not list(tmp_path.rglob("*.json"))
    assert not list(tmp_path.rglob("*.tmp"))


def test_two_runs_at_once(torchlint: Command, tmp_path: Path) -> None:
    for number in range(6):
        folder = tmp_path / f"part{number}"
        folder.mkdir()
        (folder / "model.py").write_text(MODEL)
        (folder / "train.py").write_text(TRAIN)
    command = [sys.executable, "-m", "torchlint", "check", "--output-format", "concise"]
    runs = [
        subprocess.Popen([*command, *paths], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for paths in (["part0", "part1", "part2"], ["part3", "part4", "part5"], ["."], ["part0", "part5"])
    ]
    for run, count in zip(runs, (3, 3, 6, 2), strict=True):
        out, err = run.communicate(timeout=120)
        assert (run.returncode, err, out.count("TLN201")) == (1, "", count)
    out, modules = modules_of(["check", "--output-format", "concise"], tmp_path)
    assert out.count("TLN201") == 6
    assert "torchlint.semantics.parse" not in modules, "the runs lost each other's answers"


def test_a_killed_run_does_no_harm(torchlint: Command, tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"slow{number}.py").write_text(BUGGY * 20)
    (tmp_path / "buggy.py").write_text(BUGGY)
    for signal_number, wait in ((signal.SIGKILL, 1.0), (signal.SIGKILL, 1.5), (signal.SIGINT, 2.0)):
        run = subprocess.Popen(
            [sys.executable, "-m", "torchlint", "check", "-j", "1"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        )
        time.sleep(wait)
        run.send_signal(signal_number)
        run.communicate(timeout=60)
        assert torchlint("check", "buggy.py", "--output-format", "json").places == [(10, 21, "TLN201")]


# ------------------------------------------------------------------ nothing has changed


def project(folder: Path) -> Path:
    """Files that find something with each other's help, and others that are passed over."""
    (folder / "part" / "build").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / ".gitignore").write_text("old*\n/part/secret/\n!old_but_good.py\n")
    (folder / "pyproject.toml").write_text('[tool.torchlint]\nexclude = ["not_mine_*"]\n')
    for name in ("model.py", "old_model.py", "old_but_good.py", "part/not_mine_model.py"):
        (folder / name).write_text(MODEL)
    for name in ("train.py", "part/train.py"):
        (folder / name).write_text(TRAIN)
    (folder / "part" / "buggy.py").write_text(BUGGY)
    (folder / "part" / "book.ipynb").write_text(notebook("import torch", BUGGY))
    (folder / "part" / "vain.py").write_text(TRAIN.replace("from model", "from nowhere"))
    return folder


def known(folder: Path, *arguments: object) -> Run:
    """A run for which nothing has changed."""
    later(["check", *arguments], folder)
    return later(["check", *arguments], folder)


@pytest.mark.parametrize("options", [["--output-format", "json"], ["--output-format", "sarif"], ["--statistics"], []])
def test_a_run_for_which_nothing_has_changed(torchlint: Command, tmp_path: Path, options: list[str]) -> None:
    run = known(project(tmp_path), *options)
    assert run.out == torchlint("check", "--no-cache", *options).out
    # the default format shows the lines of the findings, and a place in a notebook is one in its JSON
    shown = {"buggy.py", "train.py", "model.py", "book.ipynb"} if not options else set()
    assert run.looked_into <= (shown or ({"book.ipynb"} if "sarif" in options else set()))
    # the cache was not written again
    assert later(["check", *options], tmp_path).opened == run.opened


def test_several_projects_at_once(torchlint: Command, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    paths = [project(tmp_path / name) for name in ("one", "two")]
    options = ["--output-format", "json", *paths]
    run = known(tmp_path / "here", *options)
    assert run.out == torchlint("check", "--no-cache", *options, cwd=tmp_path / "here").out
    assert not run.looked_into
    (tmp_path / "two" / "nowhere.py").write_text(MODEL)
    run = later(["check", *options], tmp_path / "here")
    assert run.out == torchlint("check", "--no-cache", *options, cwd=tmp_path / "here").out


def rewrite(file: Path, old: str, new: str) -> None:
    """Another content of the same size, with the time of the old one."""
    state, text = file.stat(), file.read_text()
    changed = text.replace(old, new)
    assert changed != text and len(changed) == len(text)
    file.write_text(changed)
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file changed": lambda at: (at / "part" / "buggy.py").write_text(CLEAN),
    "one that others read changed": lambda at: (at / "model.py").write_text(MODEL.replace("softmax", "sigmoid")),
    "of the same size and time": lambda at: rewrite(at / "part" / "buggy.py", "CrossEntropyLoss", "CrossEntropyMess"),
    "touched": lambda at: (at / "part" / "buggy.py").touch(),
    "a file came": lambda at: (at / "part" / "new.py").write_text(BUGGY),
    "an import leads somewhere": lambda at: (at / "nowhere.py").write_text(MODEL),
    "an import leads elsewhere": lambda at: (at / "part" / "model.py").write_text(CLEAN),
    "a file went": lambda at: (at / "part" / "buggy.py").unlink(),
    "one that others read went": lambda at: (at / "model.py").unlink(),
    "a new name": lambda at: (at / "part" / "buggy.py").rename(at / "part" / "bugs.py"),
    "a folder's new name": lambda at: (at / "part").rename(at / "whole"),
    "passed over": lambda at: (at / ".gitignore").write_text("part\n"),
    "by a nearer .gitignore": lambda at: (at / "part" / ".gitignore").write_text("b*.py\n"),
    "by git's own file": lambda at: ((at / ".git" / "info").mkdir(), (at / ".git/info/exclude").write_text("b*.py")),
    "no longer passed over": lambda at: (at / ".gitignore").unlink(),
    "no repository": lambda at: (at / ".git").rename(at / "git"),
    "other settings": lambda at: (at / "pyproject.toml").write_text('[tool.torchlint]\nignore = ["TLN201"]\n'),
    "other exclusions": lambda at: (at / "pyproject.toml").write_text('[tool.torchlint]\nexclude = ["*/b*.py"]\n'),
}


@pytest.mark.parametrize("change", CHANGES)
def test_something_has_changed(torchlint: Command, tmp_path: Path, change: str) -> None:
    options = ["check", "--output-format", "concise"]
    later(options, project(tmp_path))
    CHANGES[change](tmp_path)
    after = torchlint(*options, "--no-cache").out
    assert later(options, tmp_path).out == after
    run = later(options, tmp_path)
    assert run.out == after
    assert not run.looked_into


def test_links(torchlint: Command, tmp_path: Path) -> None:
    options = ["--output-format", "concise"]
    folder = project(tmp_path / "project")
    (tmp_path / "beside.py").write_text(BUGGY)
    (folder / "link.py").symlink_to(tmp_path / "beside.py")
    (folder / "astray.py").symlink_to(tmp_path / "not_yet.py")
    (folder / "linked").symlink_to(tmp_path / "folder")

    def same() -> Run:
        run = later(["check", *options], folder)
        assert run.out == torchlint("check", "--no-cache", *options, cwd=folder).out
        return run

    known(folder, *options)
    assert not same().looked_into
    (tmp_path / "beside.py").write_text(CLEAN)
    assert "link.py" not in same().out
    (tmp_path / "not_yet.py").write_text(BUGGY)
    assert "astray.py" in same().out
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "new.py").write_text(BUGGY)
    assert "linked" not in same().out
    (tmp_path / "not_yet.py").unlink()
    assert "astray.py" not in same().out


def test_what_is_too_young_is_looked_into(torchlint: Command, tmp_path: Path) -> None:
    project(tmp_path)
    # a clock that goes wrong: as young as can be
    os.utime(tmp_path / "part" / "buggy.py", (time.time() + 1e6, time.time() + 1e6))
    run = known(tmp_path, "--output-format", "concise")
    assert "buggy.py" in run.looked_into
    # but nothing has to be written
    assert later(["check", "--output-format", "concise"], tmp_path).opened == run.opened


def test_patterns_of_the_command_line(torchlint: Command, tmp_path: Path) -> None:
    project(tmp_path)
    for _ in range(2):
        for options in (["--exclude", "b*"], ["--exclude", "part/train.py", "."], ["part"], ["part", "."], []):
            run = later(["check", "--output-format", "concise", *options], tmp_path)
            assert run.out == torchlint("check", "--no-cache", "--output-format", "concise", *options).out
    assert not run.looked_into


def test_a_second_part_that_is_damaged(torchlint: Command, tmp_path: Path) -> None:
    run = known(project(tmp_path), "--output-format", "concise")
    file = max((tmp_path / ".torchlint_cache").glob("*.json"), key=lambda file: file.stat().st_size)
    good = file.read_bytes()
    for bad in (good[: good.index(b"\n", 30) + 1], good[:-40] + b"\n", good.replace(b'"importers"', b'"imp0rters"')):
        file.write_bytes(bad)
        assert later(["check", "--output-format", "concise"], tmp_path).out == run.out
        (tmp_path / "new.py").write_text(BUGGY)
        after = torchlint("check", "--no-cache", "--output-format", "concise").out
        assert later(["check", "--output-format", "concise"], tmp_path).out == after
        (tmp_path / "new.py").unlink()
        assert known(tmp_path, "--output-format", "concise").out == run.out
        assert not later(["check", "--output-format", "concise"], tmp_path).looked_into


@pytest.mark.parametrize("data", [b"", b"{}", sealed(b"[]"), sealed(b'{"/": 1}'), sealed(b'{"%s": {"%s": [1]}}')])
def test_a_memory_of_patterns_that_is_none(torchlint: Command, tmp_path: Path, data: bytes) -> None:
    run = known(project(tmp_path), "--output-format", "concise")
    file = min((tmp_path / ".torchlint_cache").glob("*.json"), key=lambda file: file.stat().st_size)
    ((folder, verdicts), *_) = json.loads(file.read_bytes().splitlines()[1]).items()
    if b"%s" in data:
        data = sealed(data.splitlines()[1] % (folder.encode(), next(iter(verdicts)).encode()))
    file.write_bytes(data + b"\n")
    assert later(["check", "--output-format", "concise"], tmp_path).out == run.out
    assert not later(["check", "--output-format", "concise"], tmp_path).looked_into


def test_fixing_after_a_warm_run(torchlint: Command, tmp_path: Path) -> None:
    known(project(tmp_path), "--output-format", "concise")
    fixed = torchlint("check", "--fix", "--unsafe-fixes", "--output-format", "concise")
    assert fixed.out == later(["check", "--output-format", "concise"], tmp_path).out
    assert fixed.out == torchlint("check", "--no-cache", "--output-format", "concise").out
    assert "softmax" not in (tmp_path / "part" / "buggy.py").read_text()
