"""What a guard sees, in the trackers of Hugging Face's Accelerate.

```python
accelerator.init_trackers("project")
with torchlint.guard(model, observers=[Trackers(accelerator)]):
    ...                          # accelerator.backward(loss) and the rest, as they are
```
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from torchlint.runtime.findings import RuntimeFinding
from torchlint.runtime.observers import Observer, Run
from torchlint.runtime.recorder import StepRecord

if TYPE_CHECKING:
    from accelerate import Accelerator

_STEP = ("loss", "gradient_norm", "learning_rate")


class Trackers(Observer):
    """Logs loss, gradient norm and learning rate of each step, and findings as text, by `accelerator.log`.

    Accelerate passes on what the main process logs. The numbers of layers are left out: they would be hundreds.
    """

    def __init__(self, accelerator: Accelerator) -> None:
        self._accelerator = accelerator

    def __str__(self) -> str:
        return "Accelerate's trackers"

    def start(self, run: Run) -> None:
        if self._accelerator.is_main_process and not self._accelerator.trackers:
            raise ValueError("Trackers: there are none; call accelerator.init_trackers() before the guarded block")

    def steps(self, records: Sequence[StepRecord]) -> None:
        for record in records:
            known = {key: value for key in _STEP if (value := getattr(record, key)) is not None}
            self._accelerator.log(
                {f"guard/{key}/{record.optimizer}": value for key, value in known.items()}, step=record.step
            )

    def finding(self, finding: RuntimeFinding) -> None:
        self._accelerator.log({f"torchlint/{finding.code}": str(finding)}, step=finding.step)
