"""What torchlint tells: a finding, the places it names, and where to read more."""

from __future__ import annotations

from dataclasses import dataclass

DOCS_URL = "https://torchlint.readthedocs.io/rules"

#: Code of a file that could not be read or understood.
UNREADABLE = "TLN000"

#: Code of a comment that silences nothing; reported when the user asks for it.
UNUSED_NOQA = "TLN001"

#: Codes that are no rules and have no page.
NO_RULES = (UNREADABLE, UNUSED_NOQA)


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A span of source text.

    Rows and columns count from 1. In a notebook, `cell` is the number of the code cell (from 1)
    and rows count inside that cell; in a Python file `cell` is None. The end column is exclusive.
    """

    path: str
    row: int
    column: int
    end_row: int
    end_column: int
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that explains a finding, such as the line where a softmax was applied."""

    message: str
    location: Location


@dataclass(frozen=True, slots=True)
class Edit:
    """Text in place of a span, which is empty for an insertion. Lines of `content` end in a newline alone."""

    location: Location
    content: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits of the finding's own file that belong together, and what they do, in the imperative.

    A fix is `safe` if the program can't get worse by it; most fixes change what is computed, and are not.
    """

    message: str
    edits: tuple[Edit, ...]
    safe: bool = False

    @property
    def applicability(self) -> str:
        return "safe" if self.safe else "unsafe"


@dataclass(frozen=True, slots=True)
class Finding:
    """One bug at one place.

    `message` says what is wrong and why it matters; `help` says what to write instead, and `fix` writes it.
    """

    code: str
    name: str
    message: str
    location: Location
    help: str = ""
    related: tuple[Related, ...] = ()
    fix: Fix | None = None

    @property
    def url(self) -> str:
        return f"{DOCS_URL}/{self.code}"

    @property
    def sort_key(self) -> tuple[str, int, int, int, str]:
        place = self.location
        return (place.path, place.cell or 0, place.row, place.column, self.code)


def applicable(finding: Finding, unsafe: bool) -> Fix | None:
    """The fix of a finding, if it has one that may be applied."""
    fix = finding.fix
    return fix if fix is not None and (fix.safe or unsafe) else None
