"""What a preflight check is: one question to a model, its loss and a batch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from torchlint.runtime.preflight.report import Outcome, Status

if TYPE_CHECKING:
    from torchlint.runtime.preflight.subject import Subject


class Skip(Exception):
    """There is nothing to judge; the message says why."""


class PreflightCheck(ABC):
    """Asks one question of a `Subject`, of whose copies it may do what it likes.

    A check lives in one file of `torchlint.runtime.preflight.checks`, and is found there.
    """

    #: what people select it by
    name: ClassVar[str]
    #: the bug of the catalogue, where it is there
    code: ClassVar[str | None] = None
    #: the table has what explains most first, and what takes long last
    order: ClassVar[int]

    @abstractmethod
    def run(self, subject: Subject) -> Outcome:
        """Judge. Raises `Skip` where there is nothing to judge."""

    def passed(self, message: str, **evidence: object) -> Outcome:
        return Outcome(self.name, "passed", message, code=self.code, evidence=evidence)

    def failed(self, message: str, cause: str, help: str, code: str | None = None, **evidence: object) -> Outcome:
        return self._told("failed", message, cause, help, code, evidence)

    def warning(self, message: str, cause: str, help: str, code: str | None = None, **evidence: object) -> Outcome:
        return self._told("warning", message, cause, help, code, evidence)

    def _told(
        self, status: Status, message: str, cause: str, help: str, code: str | None, evidence: dict[str, object]
    ) -> Outcome:
        return Outcome(self.name, status, message, cause, help, code or self.code, evidence)
