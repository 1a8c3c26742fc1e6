"""What a guard sees, as scalars of TensorBoard.

```python
with torchlint.guard(model, observers=[TensorBoard("runs/first")]):
    ...
```
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from torchlint.runtime.findings import RuntimeFinding
from torchlint.runtime.observers import Observer, Run
from torchlint.runtime.recorder import StepRecord

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

#: the numbers of a step, each a scalar with a line for each optimizer
_STEP = ("loss", "gradient_norm", "learning_rate")


class TensorBoard(Observer):
    """Writes loss, gradient norm and learning rate of each step, the numbers of each layer, and findings as text.

    Given a folder, it makes a writer at the start of the block and closes it at the end. Given a `SummaryWriter`, it
    writes to that, and leaves it open.
    """

    def __init__(self, target: str | Path | SummaryWriter) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ModuleNotFoundError as error:
            raise ImportError(f'TensorBoard() needs {error.name}: pip install "torchlint[tensorboard]"') from error
        self._folder = None if isinstance(target, SummaryWriter) else Path(target)
        self._writer: SummaryWriter | None = target if self._folder is None else None

    def __str__(self) -> str:
        return "TensorBoard"

    def start(self, run: Run) -> None:
        if self._folder is not None:
            from torch.utils.tensorboard import SummaryWriter

            try:
                self._writer = SummaryWriter(str(self._folder))
            except OSError as error:
                raise ValueError(f"TensorBoard: {self._folder} can't be written: {error.strerror}") from None

    def loss(self, name: str, guessing: float) -> None:
        self._scalar("guard/guessing", guessing, 0)

    def steps(self, records: Sequence[StepRecord]) -> None:
        for record in records:
            for key in _STEP:
                self._scalar(f"guard/{key}/{record.optimizer}", getattr(record, key), record.step)

    def layers(self, step: int, layers: Mapping[str, Mapping[str, float]]) -> None:
        for path, numbers in layers.items():
            for key, value in numbers.items():
                self._scalar(f"{key}/{path}", value, step)

    def finding(self, finding: RuntimeFinding) -> None:
        if self._writer is not None:
            # four spaces: as it stands, and no Markdown
            text = "\n".join(f"    {line}" for line in str(finding).splitlines())
            self._writer.add_text("findings", text, finding.step)
            self._writer.flush()

    def end(self, steps: int, error: str | None) -> None:
        if self._writer is None:
            return
        self._writer.flush()
        if self._folder is not None:
            self._writer.close()
            self._writer = None

    def _scalar(self, tag: str, value: float | None, step: int) -> None:
        if self._writer is not None and value is not None:
            self._writer.add_scalar(tag, value, step)
