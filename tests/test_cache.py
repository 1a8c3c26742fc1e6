"""The cache: a second run knows what the first one found, and nothing that is no longer so."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

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
