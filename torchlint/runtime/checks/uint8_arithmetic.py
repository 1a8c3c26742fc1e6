"""TLN502: a difference, sum or product of uint8 tensors has wrapped."""

from __future__ import annotations

from torchlint.runtime.checks._low_integers import is_product, wrapped
from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Operation


class Uint8Arithmetic(Check):
    """Only a result that really differs from the true one is reported: 0/1 masks are often multiplied in uint8."""

    code = "TLN502"

    def on_operation(self, event: Operation) -> None:
        name = wrapped(event)
        # products of matrices and sums of single numbers are counters, and TLN501
        if name is None or is_product(name) or (name in ("add", "radd") and event.result.dim() == 0):
            return
        kind = str(event.result.dtype).removeprefix("torch.")
        self.report(
            f"arithmetic in {kind} wraps: the result of '{name}' does not fit, and 10 - 20 is 246",
            f"cast before the arithmetic: x.float() (or x.int()), not after it; {kind} is for storage",
            operation=name,
            shape=tuple(event.result.shape),
        )
