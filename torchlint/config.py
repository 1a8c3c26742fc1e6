"""What the user chose: `[tool.torchlint]` of pyproject.toml and the command line, as one frozen Config."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from torchlint.findings import UNREADABLE
from torchlint.globs import is_pattern, spec_of

if TYPE_CHECKING:
    from pathspec import PathSpec

    from torchlint.rules.base import Rule

#: Selects every rule, also those that are off by default.
ALL = "ALL"

#: What every code begins with.
PREFIX = "TLN"

#: Files and folders of these show where a project begins.
ROOT_MARKERS = (".git", "pyproject.toml", "setup.py", "setup.cfg")

AnyRule = TypeVar("AnyRule", bound="Rule")

_KEYS = ("select", "extend-select", "ignore", "per-file-ignores", "exclude")


#: The rules there are, asked for only when a choice names some: loading them takes longer than many a run.
Rules: TypeAlias = "Callable[[], Iterable[Rule]]"


class ConfigError(Exception):
    """A choice that can't be obeyed; the text is one line for the user."""


@dataclass(frozen=True)
class Config:
    """Which rules apply where. Codes are prefixes: `TLN2` means all of TLN201, TLN202, ..."""

    #: the folder that patterns are relative to
    root: Path
    select: tuple[str, ...] = (PREFIX,)
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] = ()
    #: whether comments that silence nothing are reported; an option of the command line alone
    report_unused_noqa: bool = False

    def rules(self, rules: Iterable[AnyRule]) -> tuple[AnyRule, ...]:
        """Those of `rules` that are switched on."""
        return tuple(rule for rule in rules if self._selects(rule))

    def _selects(self, rule: Rule) -> bool:
        chosen = (*self.select, *self.extend_select)
        if not rule.default and ALL not in chosen and rule.code not in chosen:
            return False
        # the more exact of the two wins, as in ruff and flake8
        return _longest_prefix(rule.code, chosen) > _longest_prefix(rule.code, self.ignore)

    def ignored_in(self, file: Path | None) -> tuple[str, ...]:
        """The prefixes of codes that are not reported in a file."""
        # a file that can't be read is reported unless it is ignored by name
        ignored: tuple[str, ...] = (UNREADABLE,) if UNREADABLE in self.ignore else ()
        for spec, codes in self._file_specs:
            if file is not None and spec.match_file(self.relative(file)):
                ignored += tuple(PREFIX if code == ALL else code for code in codes)
        return ignored

    @cached_property
    def _file_specs(self) -> tuple[tuple[PathSpec[Any], tuple[str, ...]], ...]:
        return tuple((spec_of([pattern]), codes) for pattern, codes in self.per_file_ignores)

    def relative(self, file: Path) -> str:
        """The name of a file as patterns see it."""
        absolute = file.absolute()
        try:
            return absolute.relative_to(self.root).as_posix()
        except ValueError:
            return absolute.as_posix().lstrip("/")

    def override(
        self,
        select: Iterable[str] | None,
        extend_select: Iterable[str],
        ignore: Iterable[str] | None,
        exclude: Iterable[str],
    ) -> Config:
        """The same with what the command line says. `select` and `ignore` replace, the others add."""
        return replace(
            self,
            select=self.select if select is None else tuple(select),
            extend_select=(*self.extend_select, *extend_select),
            ignore=self.ignore if ignore is None else tuple(ignore),
            exclude=(*self.exclude, *exclude),
        )


def _longest_prefix(code: str, prefixes: Iterable[str]) -> int:
    expanded = (PREFIX if prefix == ALL else prefix for prefix in prefixes)
    return max((len(prefix) for prefix in expanded if code.startswith(prefix)), default=0)


def parse_codes(text: str | Iterable[str], rules: Rules, where: str) -> tuple[str, ...]:
    """Codes from a comma-separated text or a list. Raises `ConfigError` for one that no rule has."""
    parts = text.replace(",", " ").split() if isinstance(text, str) else text
    codes = tuple(part.strip().upper() for part in parts)
    if not codes:
        return ()
    known = [UNREADABLE, *(rule.code for rule in rules())]
    for code in codes:
        if code != ALL and not (code and any(name.startswith(code) for name in known)):
            raise ConfigError(f"{where}: unknown rule code '{code}'{suggest(code, [*known, ALL])}")
    return codes


def parse_patterns(patterns: Iterable[str], where: str) -> tuple[str, ...]:
    """Patterns that can be read; `where` begins the error message about one that can't."""
    patterns = tuple(patterns)
    for pattern in patterns:
        if not is_pattern(pattern):
            raise ConfigError(f"{where}: '{pattern}' is no pattern in the syntax of .gitignore")
    return patterns


def suggest(word: str, known: Iterable[str]) -> str:
    """The end of an error message: what the user may have meant."""
    import difflib

    close = difflib.get_close_matches(word, list(known), n=1)
    return f", did you mean '{close[0]}'?" if close else ""


# ------------------------------------------------------------- pyproject.toml


def find_config(start: Path, rules: Rules) -> Config:
    """The config of the nearest pyproject.toml with a [tool.torchlint] table, from `start` upwards."""
    folder = start.absolute()
    if not folder.is_dir():
        folder = folder.parent
    for parent in (folder, *folder.parents):
        file = parent / "pyproject.toml"
        if file.is_file():
            table = _read_table(file)
            if table is not None:
                return _from_table(table, file, rules)
    return Config(root=Path.cwd())


def _read_table(file: Path) -> object:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        data = file.read_bytes()
        if b"torchlint" not in data:
            return None
        table: object = tomllib.loads(data.decode("utf-8")).get("tool", {}).get("torchlint")
        return table
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
    except (ValueError, AttributeError) as error:
        raise ConfigError(f"{file}: invalid TOML: {error}") from None


def _from_table(table: object, file: Path, rules: Rules) -> Config:
    if not isinstance(table, Mapping):
        raise ConfigError(f"{file}: [tool.torchlint] must be a table")
    for key in table:
        if key not in _KEYS:
            raise ConfigError(f"{file}: unknown key '{key}' in [tool.torchlint]{suggest(key, _KEYS)}")

    def codes(value: object, key: str) -> tuple[str, ...]:
        return parse_codes(_strings(value, file, key), rules, f"{file}: {key}")

    per_file = table.get("per-file-ignores", {})
    if not isinstance(per_file, Mapping):
        raise ConfigError(f"{file}: per-file-ignores must be a table of patterns and lists of codes")
    return Config(
        root=file.parent,
        # asked only where it is given: the rules are loaded to tell whether there is such a code
        select=codes(table["select"], "select") if "select" in table else (PREFIX,),
        extend_select=codes(table.get("extend-select", []), "extend-select"),
        ignore=codes(table.get("ignore", []), "ignore"),
        per_file_ignores=tuple(
            (pattern, codes(value, f"per-file-ignores of '{pattern}'"))
            for pattern, value in zip(
                parse_patterns(per_file, f"{file}: per-file-ignores"), per_file.values(), strict=True
            )
        ),
        exclude=parse_patterns(_strings(table.get("exclude", []), file, "exclude"), f"{file}: exclude"),
    )


def _strings(value: object, file: Path, key: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"{file}: {key} must be a list of strings")
    return tuple(value)


# ------------------------------------------------------------------ the project


def project_root(path: Path | None, here: Path | None = None) -> Path:
    """The folder that imports of a linted path are looked for in.

    The nearest folder with a sign of a project: upwards from `here` (if none is given, from the current folder, where
    most work is done), or from the path itself when it lies elsewhere, or in a project within a folder that is none.
    """
    here = here or Path.cwd()
    if path is None:
        return _marked(here) or here
    absolute = path.absolute()
    resolved = absolute.resolve()
    start = absolute if absolute.is_dir() else absolute.parent
    if here in (absolute, *absolute.parents) or here.resolve() in (resolved, *resolved.parents):
        return _marked(here) or _marked(start) or here
    return _marked(start) or start


def _marked(start: Path) -> Path | None:
    """The nearest folder with a sign of a project, upwards from `start`."""
    folders = (start, *start.parents)
    return next((folder for folder in folders if any((folder / marker).exists() for marker in ROOT_MARKERS)), None)
