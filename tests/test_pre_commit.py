"""The hook, run by the real pre-commit on a scratch repository; it is installed into an environment of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import BUGGY, CLEAN, notebook

PROJECT = Path(__file__).parent.parent
IDENTITY = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org", "-c", "init.defaultBranch=main"]


def git(folder: Path, *arguments: str) -> None:
    # a test that runs inside a git hook must not touch the outer repository
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", *IDENTITY, *arguments], cwd=folder, check=True, capture_output=True, env=environment)


@pytest.fixture(scope="module")
def hook_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project as pre-commit would clone it: what is in the work tree, committed."""
    folder = tmp_path_factory.mktemp("hook")
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(PROJECT / name, folder)
    shutil.copytree(PROJECT / "torchlint", folder / "torchlint", ignore=shutil.ignore_patterns("__pycache__"))
    git(folder, "init")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "The hook")
    return folder


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    git(folder, "init")
    return folder


def try_repo(hook: Path, repository: Path, cache: Path, name: str = "torchlint") -> tuple[int, str]:
    git(repository, "add", ".")
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "try-repo", str(hook), name, "--all-files", "--verbose"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PRE_COMMIT_HOME": str(cache), "PRE_COMMIT_COLOR": "never"},
        timeout=600,
    )
    return done.returncode, done.stdout + done.stderr


def test_hook(hook_repository: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    pytest.importorskip("pre_commit")
    cache = tmp_path_factory.mktemp("cache")
    (repository / "clean.py").write_text(CLEAN)
    (repository / "notes.md").write_text("torch.softmax into CrossEntropyLoss\n")
    code, out = try_repo(hook_repository, repository, cache)
    assert (code, "Passed" in out) == (0, True), out
    (repository / "buggy.py").write_text(BUGGY)
    (repository / "book.ipynb").write_text(notebook(BUGGY))
    code, out = try_repo(hook_repository, repository, cache)
    assert (code, "Failed" in out) == (1, True), out
    assert "buggy.py:10:21: TLN201" in out
    assert "book.ipynb:cell 1:10:21: TLN201" in out
    (repository / "buggy.py").write_text(BUGGY.replace("dim=1)", "dim=1)  # noqa: TLN201"))
    (repository / "book.ipynb").unlink()
    git(repository, "add", "--all")
    code, out = try_repo(hook_repository, repository, cache)
    assert code == 0, out
    # the hook that fixes: what is safe, and then it has nothing to do
    (repository / "buggy.py").write_text(CLEAN + "model.eval\n")
    code, out = try_repo(hook_repository, repository, cache, "torchlint-fix")
    assert (code, "files were modified by this hook" in out) == (1, True), out
    assert (repository / "buggy.py").read_text() == CLEAN + "model.eval()\n"
    code, out = try_repo(hook_repository, repository, cache, "torchlint-fix")
    assert code == 0, out
