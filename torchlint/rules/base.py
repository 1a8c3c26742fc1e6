"""What a rule is: one bug, one code, one page, one static detector."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from torchlint.semantics.module import Module, Site


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule found, in terms of the program: a finding without its rows and columns.

    `site` is where the bug is, `related` the other places of the story, each with what happens there.
    """

    site: Site
    message: str
    help: str
    related: tuple[tuple[Site, str], ...] = ()


class Rule(ABC):
    """A rule lives in one file of `torchlint.rules`; its docstring is its page.

    The docstring has the headings *What it does*, *Why is this bad?*, *Example*, *Use instead*,
    *Known problems* and *References*.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    #: Byte strings of which at least one stands in every file that can have this bug.
    triggers: ClassVar[tuple[bytes, ...]]
    #: False for a bug that code can have which does not mention torch at all, such as arithmetic of NumPy images.
    needs_torch: ClassVar[bool] = True
    #: Rules that are right in fewer than 19 of 20 findings on real code are opt-in.
    default: ClassVar[bool] = True

    @abstractmethod
    def check(self, module: Module) -> Iterator[Problem]:
        """Yield the problems whose `site` lies in `module`."""

    @classmethod
    def page(cls) -> str:
        return inspect.cleandoc(cls.__doc__ or "")
