"""The guard as a handler of PyTorch-Ignite.

```python
GuardHandler(model).attach(trainer)
trainer.run(loader, max_epochs=3)
```
"""

from __future__ import annotations

import weakref
from typing import Any

from torch import nn

from torchlint.runtime.guard import Guard

try:
    from ignite.engine import Engine, Events
except ModuleNotFoundError as error:
    raise ImportError('torchlint.integrations.ignite needs pytorch-ignite: pip install "torchlint[ignite]"') from error


class GuardHandler:
    """Guards each run of the engines that it is attached to, to its end, also by an exception or Ctrl-C.

    Takes what `torchlint.guard` takes. `guard` is the guard of the last run, with `findings`, `samples` and
    `summary()`. Attach it to what trains: engines that evaluate in between are heard as they are.
    """

    def __init__(self, *models: nn.Module, **options: Any) -> None:
        self.guard = Guard(*models, **options)

    def attach(self, engine: Engine) -> None:
        """Guard the runs of an engine."""
        engine.add_event_handler(Events.STARTED, self._started)
        for ends in (Events.COMPLETED, Events.INTERRUPT):
            engine.add_event_handler(ends, self._ended)
        engine.add_event_handler(Events.EXCEPTION_RAISED, _Failed(self.guard, engine))

    def _started(self) -> None:
        self.guard.stop()
        self.guard.start()

    def _ended(self) -> None:
        self.guard.stop()


class _Failed:
    """Ends a guard. Takes no exception: it is raised, as an engine does whose exceptions nobody handles."""

    def __init__(self, guard: Guard, engine: Engine) -> None:
        self._guard = guard
        #: a run that was interrupted is given up with an exception, when the engine is gone
        self._engine = weakref.ref(engine)

    def __call__(self, error: BaseException) -> None:
        self._guard.__exit__(type(error), error, error.__traceback__)
        engine = self._engine()
        handlers = [self] if engine is None else [one for one, *_ in engine._event_handlers[Events.EXCEPTION_RAISED]]
        if handlers[-1] is self and all(isinstance(handler, _Failed) for handler in handlers):
            raise error
