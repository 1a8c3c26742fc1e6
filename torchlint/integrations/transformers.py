"""The guard as a callback of the Trainer of Hugging Face's Transformers.

```python
Trainer(model, args, train_dataset=data, callbacks=[GuardCallback(report="run.jsonl")]).train()
```
"""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Iterator, Sequence
from types import CodeType, FrameType
from typing import Any

from torchlint.runtime.findings import GuardError, RuntimeFinding
from torchlint.runtime.guard import Guard
from torchlint.runtime.listening import take_off_late

try:
    from transformers import TrainerCallback
except ModuleNotFoundError as error:
    raise ImportError(
        f'torchlint.integrations.transformers needs {error.name}: pip install "torchlint[transformers]"'
    ) from error

#: guards of trainings, of which some may have failed
_watching: weakref.WeakSet[_TrainingGuard] = weakref.WeakSet()


class _TrainingGuard(Guard):
    """Knows when its training is over: no callback is told of an exception, and the guard would go on.

    A training runs as long as the loop that began it is among the callers.
    """

    _loop: CodeType | None = None
    _depth = 0
    _thread = 0

    def watch(self, model: Any) -> None:
        self.abandon()
        self._loop = _trainer_loop()
        self._depth = self._loops()
        self._thread = threading.get_ident()
        for other in list(_watching):
            # of two trainings in the same number of loops, the first is over
            if other._thread == self._thread and other._loops() <= other._depth and self._loop is other._loop:
                other.abandon()
        self.start(**{"": model})
        _watching.add(self)

    def abandon(self) -> None:
        """The training has failed, and this was not told."""
        self._stop(BaseException)

    def _loops(self) -> int:
        return sum(frame.f_code is self._loop for frame in _callers())

    def _tell(self, findings: Sequence[RuntimeFinding]) -> None:
        if self._loops() < self._depth:
            self.abandon()
            return
        try:
            super()._tell(findings)
        except GuardError as error:
            self._stop(type(error))
            raise


class GuardCallback(TrainerCallback):
    """Guards each `train()`. Takes the options of `torchlint.guard`.

    `guard` is the guard of the last `train()`, with `findings`, `samples` and `summary()`.
    """

    def __init__(self, **options: Any) -> None:
        self.guard = _TrainingGuard(**options)

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.guard.watch(kwargs["model"])

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self.guard.stop()

    def __del__(self) -> None:
        if hasattr(self, "guard"):
            self.guard.abandon()
            take_off_late()


def _callers() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        yield frame
        frame = frame.f_back


def _trainer_loop() -> CodeType | None:
    """The method of the Trainer that tells its callbacks that a training begins."""
    return next(
        (
            frame.f_code
            for frame in _callers()
            if frame.f_code.co_filename != __file__ and "callback" not in frame.f_globals.get("__name__", "")
        ),
        None,
    )
