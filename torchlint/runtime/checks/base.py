"""What a check is: one bug, found in the stream of events."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from torchlint.runtime.findings import Severity

if TYPE_CHECKING:
    from torchlint.runtime.optimizers import TrackedOptimizer
    from torchlint.runtime.session import Session


class Check:
    """Listens to some events and reports one bug of the catalogue.

    A check lives in one file of `torchlint.runtime.checks`. It listens by having methods of these names, each with the
    event as its only argument: `on_forward`, `on_graph`, `on_backward_start`, `on_backward_end`, `on_step_start`,
    `on_step_end`, `on_measured`, `on_sampled`, `on_clip`, `on_scaler_step`, `on_epoch`, `on_operation`,
    `on_close`. A check that has seen enough calls `self.done()` and costs nothing from then on.
    """

    code: ClassVar[str]
    #: "error" for an exact fact, "warning" for a statistic
    severity: ClassVar[Severity] = "error"
    #: is told of numbers that are not finite also while nothing changes; the other checks rest then
    watches_numbers: ClassVar[bool] = False

    def __init__(self, session: Session) -> None:
        self.session = session

    def report(
        self,
        message: str,
        help: str,
        *,
        module: str | None = None,
        line: str | None = None,
        history: bool = False,
        severity: Severity | None = None,
        step: int | None = None,
        **evidence: object,
    ) -> None:
        """Tell the user; once for each module (or once at all, where none is named)."""
        self.session.report(self.code, severity or self.severity, message, help, module, line, history, evidence, step)

    def forget(self, optimizer: TrackedOptimizer) -> None:
        """The optimizer does not exist any more: let go of what was kept about it."""

    def done(self) -> None:
        """Listen no longer."""
        self.session.mute(self)
