"""One file in, its findings out: read, understand, ask the rules, locate, suppress."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from torchlint.findings import UNREADABLE, Finding, Fix, Location, Related
from torchlint.source import Read, Source, UnreadableError, from_disk, read_data, source_from_text
from torchlint.suppression import Suppressions, read_suppressions
from torchlint.words import words

if TYPE_CHECKING:
    from torchlint.config import Config
    from torchlint.files import Target
    from torchlint.rules.base import Problem, StaticRule
    from torchlint.semantics.module import Module
    from torchlint.semantics.project import Project
    from torchlint.semantics.reads import Reads


@dataclass(frozen=True, slots=True)
class Answer:
    """The findings in a file, and what they were read from."""

    findings: list[Finding]
    #: the bytes of the file, None if it could not be read
    data: bytes | None = None
    #: what was read besides, None if nothing was
    reads: Reads | None = None


class Linter:
    """Lints one file after the other, with what was learnt about the project kept in between."""

    def __init__(self, config: Config, read: Read = from_disk) -> None:
        self._config = config
        self._read = read
        self._root: Path | None = None
        self._project: Project | None = None
        #: whether rules looked at the last file, for which others may have been read
        self._parsed = False

    @cached_property
    def _rules(self) -> tuple[StaticRule, ...]:
        # loaded for the first file that may need them: a run over other code is over before that
        from torchlint.rules import static_rules

        return self._config.rules(static_rules())

    def answer(self, target: Target) -> Answer:
        """The findings in one file, and what they were read from."""
        data: bytes | None = None
        try:
            data = read_data(target.file, self._read)
            findings = self.lint_data(data, target.shown, target.file, target.root, target.named)
        except UnreadableError as error:
            findings = _kept([unreadable(error, target.shown)], self._config, target.file)
            return Answer(findings, data)
        return Answer(findings, data, self._project.reads() if self._parsed and self._project is not None else None)

    def lint_target(self, target: Target) -> list[Finding]:
        """The findings in one file."""
        return self.answer(target).findings

    def lint_data(self, data: bytes, shown: str, file: Path | None, root: Path, named: bool) -> list[Finding]:
        """The findings in the bytes of a file. Raises `UnreadableError`."""
        self._parsed = False
        # without a sign of tensors the rules are not even imported
        if _has_tensors(data) and relevant_rules(data, self._rules):
            self._parsed = True
            return lint(source_from_text(data, shown, file), self.project(root), self._rules, self._config)
        if self._config.report_unused_noqa and b"TLN" in data.upper() and b"noqa" in data.lower():
            # nothing can be found here, and so nothing silenced
            self._parsed = True
            return lint(source_from_text(data, shown, file), self.project(root), self._rules, self._config)
        if named or b"torch" in data or _no_notebook(data, shown):
            # no rule can find anything here, but who names a file wants to hear that it is broken
            return self._check_syntax(source_from_text(data, shown, file), root)
        return []

    def _check_syntax(self, source: Source, root: Path) -> list[Finding]:
        suspect = bool(source.broken_cells()) if source.cells else source.syntax_error() is not None
        # the parser decides: it reads the syntax of all versions of Python
        return lint(source, self.project(root), (), self._config) if suspect else []

    def project(self, root: Path) -> Project:
        """What is known about the project at `root`; one project is kept at a time."""
        if self._project is None or self._root != root:
            from torchlint.semantics.project import Project

            self.close()
            self._root, self._project = root, Project(root, self._read)
        return self._project

    def close(self) -> None:
        """Forget the project, so that it is freed at once: what it holds refers to itself in circles."""
        if self._project is not None:
            self._project.close()
            self._root = self._project = None

    def changed(self, file: Path) -> None:
        """A file, given by its real path, holds something else now."""
        if self._project is not None:
            self._project.changed(file)


#: Code for torch without the word: helpers and base classes that are handed their tensors and networks.
_SIGNS_OF_TORCH = (
    b"torch",
    b".backward(",
    b"zero_grad",
    b".eval()",
    b".train()",
    b".permute(",
    b".contiguous(",
    b".unsqueeze(",
    b".view(",
    b".reshape(",
    b"criterion",
)

#: Code for arrays, to which some rules apply as well.
_SIGNS_OF_ARRAYS = (b"numpy", b"np.", b"int8", b"cv2", b"imread", b"imageio", b"PIL", b"skimage")


def _has_tensors(data: bytes) -> bool:
    return any(sign in data for sign in (*_SIGNS_OF_TORCH, *_SIGNS_OF_ARRAYS))


def relevant_rules(data: bytes, rules: Iterable[StaticRule]) -> tuple[StaticRule, ...]:
    """The rules that can find something in these bytes; a file without any is not even parsed."""
    return _relevant_rules(data, tuple(rules))


# asked before a file is parsed, and again when the rules run
@lru_cache(maxsize=4)
def _relevant_rules(data: bytes, rules: tuple[StaticRule, ...]) -> tuple[StaticRule, ...]:
    if not _has_tensors(data):
        return ()
    has_torch = any(sign in data for sign in _SIGNS_OF_TORCH)
    # many rules have triggers in common, and most of them are words
    plain, others = _triggers(rules)
    found = words(data)
    there = {trigger: trigger in found for trigger in plain} | {trigger: trigger in data for trigger in others}
    return tuple(
        rule
        for rule in rules
        if (has_torch or not rule.needs_torch) and any(there[trigger] for trigger in rule.triggers)
    )


@lru_cache(maxsize=4)
def _triggers(rules: tuple[StaticRule, ...]) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """The triggers that are words, or parts of one, and the others."""
    found = frozenset(trigger for rule in rules for trigger in rule.triggers)
    plain = frozenset(trigger for trigger in found if words(trigger) == trigger)
    return plain, found - plain


def lint(
    source: Source, project: Project, rules: Iterable[StaticRule], config: Config, obey_noqa: bool = True
) -> list[Finding]:
    """The findings in one source, sorted, without those that the user does not want to see."""
    found: list[Finding] = []
    try:
        module, found = _load(source, project)
    except UnreadableError as error:
        found = [unreadable(error, source.path)]
    else:
        try:
            for rule in relevant_rules(source.data, rules):
                found += _run(rule, module)
        finally:
            project.close_file(module)
    found = _kept(found, config, source.file)
    if obey_noqa and (found or config.report_unused_noqa):
        suppressions = read_suppressions(source)
        shown = [finding for finding in found if not suppressions.covers(finding, source)]
        if config.report_unused_noqa and not any(finding.code == UNREADABLE for finding in found):
            shown += _unused(source, suppressions, found, rules, config)
        found = _kept(shown, config, source.file)
    return found


def _unused(
    source: Source, suppressions: Suppressions, found: list[Finding], rules: Iterable[StaticRule], config: Config
) -> Iterator[Finding]:
    from torchlint.rules import all_rules
    from torchlint.unused_noqa import unused_noqa

    ignored = config.ignored_in(source.file)
    applied = [rule for rule in rules if not rule.code.startswith(ignored)]
    return unused_noqa(source, suppressions, found, applied, all_rules())


def _load(source: Source, project: Project) -> tuple[Module, list[Finding]]:
    """Understand a source. A notebook is understood without the cells that are no Python, which are reported."""
    try:
        return _understand(source, project), []
    except UnreadableError:
        broken = source.broken_cells()
        if not broken:
            raise
    for error in broken:
        assert error.cell is not None
        source = source.without_cell(error.cell)
    return _understand(source, project), [unreadable(error, source.path) for error in broken]


def _understand(source: Source, project: Project) -> Module:
    source.refuse_long()
    try:
        return project.load(source)
    except (UnreadableError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of the native parser is no Exception
        raise UnreadableError(f"internal error: {_describe(error)}") from error


def _run(rule: StaticRule, module: Module) -> Iterator[Finding]:
    """The findings of one rule. A rule that fails is reported and does not keep the others from their work."""
    from torchlint.semantics.parse import deep
    from torchlint.semantics.usage import is_in_left_over

    try:
        with deep():
            for problem in rule.check(module):
                # other files of a finding were led to from this one: they are used
                places = [site.n for site in problem.sites if site.module is module]
                if any(is_in_left_over(module, n) for n in places):
                    continue
                # a fix edits the file that is linted, and no other
                wanted = problem.fix if problem.site.module is module else None
                fix: Fix | None = None
                try:
                    fix = wanted() if wanted is not None else None
                except UnreadableError:
                    pass  # only Python's parser reads the file, and not that which edits are placed by
                except Exception as error:
                    yield _failure(rule, module, error)
                yield _finding(rule, problem, fix)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        yield _failure(rule, module, error)


def _failure(rule: StaticRule, module: Module, error: BaseException) -> Finding:
    failure = UnreadableError(f"internal error in {rule.code} on this file: {_describe(error)}; please report it")
    return unreadable(failure, module.source.path, "internal-error")


def _describe(error: BaseException) -> str:
    """An error in one line, with the place in torchlint that it comes from."""
    text = " ".join(str(error).split())
    frames = traceback.extract_tb(error.__traceback__, limit=-1)
    place = f" ({Path(frames[0].filename).name}:{frames[0].lineno})" if frames else ""
    return f"{type(error).__name__}{': ' if text else ''}{text[:200]}{place}"


def _finding(rule: StaticRule, problem: Problem, fix: Fix | None) -> Finding:
    return Finding(
        rule.code,
        rule.name,
        problem.message,
        problem.site.location,
        problem.help,
        tuple(Related(text, site.location) for site, text in problem.related),
        fix,
    )


def unreadable(error: UnreadableError, path: str, name: str = "unreadable-file") -> Finding:
    """The finding that a file could not be understood."""
    place = Location(path, error.row, error.column, error.row, error.column + 1, error.cell)
    return Finding(UNREADABLE, name, error.message, place)


def _kept(found: list[Finding], config: Config, file: Path | None) -> list[Finding]:
    """Each finding once, sorted, without those that the config ignores in this file."""
    if not found:
        return found
    ignored = config.ignored_in(file)
    unique: dict[object, Finding] = {}
    for finding in found:
        if not finding.code.startswith(ignored):
            # two rules may fail in the same place, but one bug in one place is told once
            told = finding.message if finding.code == UNREADABLE else None
            unique.setdefault((finding.code, finding.location, told), finding)
    return sorted(unique.values(), key=lambda finding: finding.sort_key)


def _no_notebook(data: bytes, name: str) -> bool:
    """Whether a notebook is obviously broken: empty or cut off."""
    return name.endswith(".ipynb") and not data.rstrip().endswith(b"}")
