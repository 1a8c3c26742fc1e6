from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from torchlint.config import Config, ConfigError, find_config, parse_codes, project_root
from torchlint.files import find_targets


@dataclass
class FakeRule:
    code: str
    default: bool = True


RULES = (*map(FakeRule, ("TLN101", "TLN102", "TLN201", "TLN301")), FakeRule("TLN402", default=False))


def chosen(**options: tuple[str, ...]) -> str:
    return " ".join(rule.code[3:] for rule in Config(root=Path(), **options).rules(RULES))


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ({}, "101 102 201 301"),
        ({"select": ("TLN1",)}, "101 102"),
        ({"select": ("TLN201", "TLN3")}, "201 301"),
        ({"select": ("ALL",)}, "101 102 201 301 402"),
        ({"select": ("TLN",)}, "101 102 201 301"),
        ({"select": ("TLN4",)}, ""),
        ({"select": ("TLN402",)}, "402"),
        ({"extend_select": ("TLN402",)}, "101 102 201 301 402"),
        ({"extend_select": ("ALL",)}, "101 102 201 301 402"),
        ({"ignore": ("TLN1",)}, "201 301"),
        ({"ignore": ("TLN1",), "extend_select": ("TLN102",)}, "102 201 301"),
        ({"select": ("TLN1",), "ignore": ("TLN101",)}, "102"),
        ({"select": ("TLN101",), "ignore": ("TLN1",)}, "101"),
        ({"ignore": ("TLN",)}, ""),
        ({"ignore": ("ALL",)}, ""),
        ({"select": ("ALL",), "ignore": ("TLN4",)}, "101 102 201 301"),
        ({"select": ()}, ""),
    ],
)
def test_selection(options: dict[str, tuple[str, ...]], codes: str) -> None:
    assert chosen(**options) == codes


def test_codes() -> None:
    assert parse_codes("tln1, TLN201 ALL", lambda: RULES, "--select") == ("TLN1", "TLN201", "ALL")
    assert parse_codes("TLN000", lambda: RULES, "--ignore") == ("TLN000",)
    assert parse_codes("", lambda: RULES, "--select") == ()
    with pytest.raises(ConfigError, match=r"^--select: unknown rule code 'TLN20L', did you mean 'TLN201'\?$"):
        parse_codes("TLN20l", lambda: RULES, "--select")


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "pyproject.toml"
    file.write_text(text)
    return file


def test_nearest_table(tmp_path: Path) -> None:
    write(
        tmp_path,
        """
        [tool.torchlint]
        select = ["TLN1", "tln2"]
        extend-select = ["TLN402"]
        ignore = ["TLN102"]
        exclude = ["legacy/"]
        [tool.torchlint.per-file-ignores]
        "tests/*" = ["TLN201"]
        "*.ipynb" = ["ALL"]
        """,
    )
    write(tmp_path / "package", "[project]\nname = 'no-torchlint'\n")
    (tmp_path / "package" / "deep").mkdir()
    config = find_config(tmp_path / "package" / "deep" / "train.py", lambda: RULES)
    assert config.root == tmp_path
    assert config.select == ("TLN1", "TLN2")
    assert [rule.code for rule in config.rules(RULES)] == ["TLN101", "TLN201", "TLN402"]
    assert config.ignored_in(tmp_path / "tests" / "a.py") == ("TLN201",)
    assert config.ignored_in(tmp_path / "package" / "tests" / "a.py") == ()
    assert config.ignored_in(tmp_path / "package" / "a.ipynb") == ("TLN",)
    assert config.ignored_in(None) == ()


def test_command_line_wins(tmp_path: Path) -> None:
    config = Config(tmp_path, select=("TLN1",), ignore=("TLN101",), exclude=("a",))
    assert config.override(None, (), None, ()) == config
    changed = config.override(("TLN2",), ("TLN3",), (), ("b",))
    assert (changed.select, changed.extend_select, changed.ignore) == (("TLN2",), ("TLN3",), ())
    assert changed.exclude == ("a", "b")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool.torchlint\n", "invalid TOML"),
        ("tool = 3 # torchlint\n", "invalid TOML"),
        ("[tool]\ntorchlint = 3\n", "must be a table"),
        ("[tool.torchlint]\nselct = []\n", "unknown key 'selct' in .*did you mean 'select'"),
        ("[tool.torchlint]\nselect = 'TLN1'\n", "select must be a list of strings"),
        ("[tool.torchlint]\nignore = ['E501']\n", "ignore: unknown rule code 'E501'"),
        ("[tool.torchlint]\nper-file-ignores = []\n", "per-file-ignores must be a table"),
        ("[tool.torchlint.per-file-ignores]\n'a' = ['X1']\n", "per-file-ignores of 'a': unknown rule code"),
        ("[tool.torchlint.per-file-ignores]\n'[z-a]' = ['TLN1']\n", r"per-file-ignores: '\[z-a\]' is no pattern"),
        ("[tool.torchlint]\nexclude = ['data/', '[z-a]']\n", r"exclude: '\[z-a\]' is no pattern"),
    ],
)
def test_bad_tables(tmp_path: Path, text: str, message: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(ConfigError, match=message) as caught:
        find_config(tmp_path, lambda: RULES)
    assert str(caught.value).startswith(str(file))
    assert "\n" not in str(caught.value)


def test_project_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work, other = tmp_path / "work", tmp_path / "other"
    for folder in (work / ".git", work / "src" / "package", other / "code"):
        folder.mkdir(parents=True)
    (work / "src" / "setup.py").touch()
    monkeypatch.chdir(work)
    # under the current folder, the project is that of the current folder
    assert project_root(Path("src/package/a.py")) == work
    assert project_root(None) == work
    monkeypatch.chdir(work / "src")
    assert project_root(Path("package/a.py")) == work / "src"
    # elsewhere, it is looked for from there
    assert project_root(other / "code") == other / "code"
    monkeypatch.chdir(other)
    assert project_root(work / "src" / "package" / "a.py") == work / "src"
    # a folder that holds projects is none itself
    monkeypatch.chdir(tmp_path)
    assert project_root(Path("work/a.py")) == work
    assert project_root(Path("other/code/a.py")) == tmp_path


# ---------------------------------------------------------------- files


def names(folder: Path, *paths: str, **options: tuple[str, ...]) -> list[str]:
    config = Config(root=folder, **options)
    targets = find_targets([folder / path for path in paths or (".",)], config)
    return [target.file.resolve().relative_to(folder.resolve()).as_posix() for target in targets]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (
        "train.py",
        "types.pyi",
        "demo.ipynb",
        "README.md",
        "models/net.py",
        "models/old/net.py",
        "models/.ipynb_checkpoints/net.py",
        "venv/lib/a.py",
        "node_modules/a.py",
        ".git/hook.py",
        "data/x.py/inside.py",
    ):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return tmp_path


def test_what_is_found(tree: Path) -> None:
    everything = ["data/x.py/inside.py", "demo.ipynb", "models/net.py", "models/old/net.py", "train.py", "types.pyi"]
    assert names(tree) == everything
    assert names(tree, "models", "train.py", "models/net.py") == ["models/net.py", "models/old/net.py", "train.py"]
    assert names(tree, "data/x.py") == ["data/x.py/inside.py"]
    # what is named is linted
    assert names(tree, "venv/lib/a.py", "venv") == ["venv/lib/a.py"]
    assert names(tree, "README.md") == ["README.md"]


def test_excludes(tree: Path) -> None:
    assert names(tree, exclude=("models/old", "*.pyi", "data/")) == ["demo.ipynb", "models/net.py", "train.py"]
    assert names(tree, "models", exclude=("old",)) == ["models/net.py"]
    assert names(tree, "models/old/net.py", exclude=("old",)) == ["models/old/net.py"]


def test_gitignore(tree: Path) -> None:
    (tree / ".gitignore").write_text("*.ipynb\nold/\n/data\n[broken\n[t-s]*.txt\n")
    assert names(tree) == ["models/net.py", "train.py", "types.pyi"]
    # a nested file decides for its folder, and those above apply below
    (tree / "models" / ".gitignore").write_text("net.py\n!old/\n")
    assert names(tree) == ["train.py", "types.pyi"]
    (tree / "models" / "old" / ".gitignore").write_text("!net.py\n")
    assert names(tree) == ["models/old/net.py", "train.py", "types.pyi"]
    assert names(tree, "models") == ["models/old/net.py"]
    assert names(tree, "demo.ipynb") == ["demo.ipynb"]


def test_private_gitignore(tree: Path) -> None:
    (tree / ".git" / "info").mkdir()
    (tree / ".git" / "info" / "exclude").write_text("data\nmodels\n")
    assert names(tree) == ["demo.ipynb", "train.py", "types.pyi"]


def test_links(tree: Path) -> None:
    (tree / "models" / "loop").symlink_to(tree)
    (tree / "nowhere.py").symlink_to(tree / "absent.py")
    (tree / "circle.py").symlink_to(tree / "circle.py")
    (tree / "second.py").symlink_to(tree / "train.py")
    found = find_targets([tree], Config(root=tree))
    assert [target.file.name for target in found if target.file.is_symlink()] == ["second.py"]
    assert len(found) == 7


def test_missing_path(tree: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.py: no such file or folder"):
        names(tree, "absent.py")
