"""The flake8 plugin: a thin door to the linter. Which codes apply where is flake8's choice."""

from __future__ import annotations

import ast
from argparse import Namespace
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from flake8.options.manager import OptionManager
from flake8.style_guide import Decision, DecisionEngine

from torchlint import __version__
from torchlint.config import Config, project_root
from torchlint.findings import Finding
from torchlint.linter import lint, relevant_rules
from torchlint.rules import StaticRule, static_rules
from torchlint.semantics.project import Project
from torchlint.source import source_from_lines

#: What flake8 calls standard input without a name.
_NO_NAMES = ("-", "stdin")


class Plugin:
    """Runs torchlint on one file of flake8's."""

    name = "torchlint"
    version = __version__

    _rules: tuple[StaticRule, ...] = ()
    _paths: tuple[Path, ...] = ()
    _obey_noqa = True

    def __init__(self, tree: ast.AST, filename: str, lines: Sequence[str]) -> None:
        # `tree` is not used, but a plugin that asks for it is not run on a file with a syntax error,
        # which flake8 reports itself (E999)
        self._filename = filename
        self._lines = lines

    @classmethod
    def add_options(cls, manager: OptionManager) -> None:
        manager.extend_default_ignore([rule.code for rule in static_rules() if not rule.default])

    @classmethod
    def parse_options(cls, options: Namespace) -> None:
        engine = DecisionEngine(options)
        # a rule whose findings flake8 would drop need not run
        cls._rules = tuple(rule for rule in static_rules() if engine.decision_for(rule.code) is Decision.Selected)
        cls._paths = tuple(Path(name) for name in options.filenames or ())
        cls._obey_noqa = not options.disable_noqa

    def run(self) -> Iterator[tuple[int, int, str, type[Plugin]]]:
        for finding in self._findings():
            # flake8 counts columns from 0 here and prints them from 1
            yield finding.location.row, finding.location.column - 1, f"{finding.code} {finding.message}", type(self)

    def _findings(self) -> list[Finding]:
        if self._filename.endswith(".ipynb"):
            # flake8 takes the JSON of a notebook for Python and has no place for the number of a cell
            return []
        file = None if self._filename in _NO_NAMES else Path(self._filename)
        source = source_from_lines(self._lines, self._filename, file)
        if not relevant_rules(source.data, self._rules):
            return []
        project = _project(project_root(self._named(file)))
        return lint(source, project, self._rules, Config(root=project.root), self._obey_noqa)

    def _named(self, file: Path | None) -> Path | None:
        """The path given to flake8 that led to a file: the command looks for the root from there, too."""
        if file is None:
            return None
        absolute = file.absolute()
        return next((path for path in self._paths if path.absolute() in (absolute, *absolute.parents)), file)


@lru_cache(maxsize=1)
def _project(root: Path) -> Project:
    return Project(root)
