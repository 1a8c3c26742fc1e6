"""What a rule is: one bug, one code, one page, and up to two detectors."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from torchlint.findings import Fix
    from torchlint.semantics.module import Module, Site


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule found, in terms of the program: a finding without its rows and columns.

    `site` is where the bug is, `related` the other places of the story, each with what happens there. `fix` is
    called while the module's syntax is at hand; it gives None where the program is not written so that it can be fixed.
    """

    site: Site
    message: str
    help: str
    related: tuple[tuple[Site, str], ...] = ()
    fix: Callable[[], Fix | None] | None = None

    @property
    def sites(self) -> tuple[Site, ...]:
        """All places of the story."""
        return (self.site, *(site for site, _ in self.related))


class Rule:
    """A bug of the catalogue. It lives in one file of `torchlint.rules`; its docstring is its page.

    The docstring has the headings *What it does*, *Why is this bad?*, *Example*, *Use instead*, *Fix safety* (if it has
    a fix), *Known problems* and *References*. A rule that is found in source derives from `StaticRule`; a bug that only
    the running training shows has nothing but this page here, and a check in `torchlint.runtime.checks`.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    #: Whether the guard has a check for it.
    guarded: ClassVar[bool] = False
    #: Rules that are right in fewer than 19 of 20 findings on real code are opt-in.
    default: ClassVar[bool] = True

    @property
    def fixable(self) -> bool:
        """Whether some of its findings have a fix; the page says which, and how safe it is."""
        return "## Fix safety" in self.page()

    @classmethod
    def page(cls) -> str:
        return inspect.cleandoc(cls.__doc__ or "")


class StaticRule(Rule, ABC):
    """A rule that the linter finds in source."""

    #: Byte strings of which at least one stands in every file that can have this bug.
    triggers: ClassVar[tuple[bytes, ...]]
    #: False for a bug that code can have which does not mention torch at all, such as arithmetic of NumPy images.
    needs_torch: ClassVar[bool] = True

    @abstractmethod
    def check(self, module: Module) -> Iterator[Problem]:
        """Yield the problems whose `site` lies in `module`."""
