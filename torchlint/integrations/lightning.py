"""The guard as a callback of Lightning, under both names of its package.

```python
Trainer(callbacks=[GuardCallback(report="run.jsonl")]).fit(model, loader)
```
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from torch import nn

from torchlint.runtime.findings import RuntimeFinding
from torchlint.runtime.guard import Guard
from torchlint.runtime.userline import line_of, user_line

#: the package has two names, and a class `Callback` under each
_NAMES = ("lightning.pytorch", "pytorch_lightning")


def _callbacks() -> tuple[type, ...]:
    """`Callback` under the names that are in use; where none is yet, under the first that is installed."""
    in_use = [name for name in _NAMES if sys.modules.get(name)]
    for name in () if in_use else _NAMES:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            if not name.startswith(error.name or "?"):
                raise
        else:
            in_use = [name]
            break
    if not in_use:
        raise ImportError('torchlint.integrations.lightning needs lightning: pip install "torchlint[lightning]"')
    return tuple(sys.modules[name].Callback for name in in_use)


class _StepsGuard(Guard):
    """Lightning runs backward and steps after the user's `training_step` has returned: no line of theirs is left."""

    #: the call of `fit`, and where `training_step` begins
    _fit: str | None = None
    _step: str | None = None

    def watch(self, module: nn.Module) -> None:
        self._fit = user_line()
        self._step = line_of(type(module).training_step)
        self.start(**dict(_called(module)))

    def _tell(self, findings: Sequence[RuntimeFinding]) -> None:
        super()._tell(
            [
                replace(finding, line=self._step) if self._step and finding.line == self._fit else finding
                for finding in findings
            ]
        )


class GuardCallback(*_callbacks()):  # type: ignore[misc]
    """Guards each `fit`, from its start (with the sanity check) to its end, also by an exception or Ctrl-C.

    Takes the options of `torchlint.guard`. `guard` is the guard of the last `fit`, with `findings`, `samples` and
    `summary()`.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.guard = _StepsGuard(**options)

    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
        self.guard.watch(pl_module)

    def on_fit_end(self, trainer: Any, pl_module: Any) -> None:
        self.guard.stop()

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        self.guard.__exit__(type(exception), exception, exception.__traceback__)


def _called(module: Any) -> Iterator[tuple[str, nn.Module]]:
    """What the steps of a LightningModule call, with its path: itself, or the networks that it holds.

    Lightning calls `training_step`, and most of these call `self(x)` or `self.net(x)`. Where all weights are in one
    network, both go through that.
    """
    parts = list(_networks(module, ""))
    own = any(True for _ in module.parameters(recurse=False))
    forwards = type(module).forward is not _forward_of_lightning(type(module))
    if own or not parts or (forwards and len(parts) > 1):
        yield "", module
    else:
        yield from parts


def _networks(module: nn.Module, path: str) -> Iterator[tuple[str, nn.Module]]:
    for name, child in module.named_children():
        if isinstance(child, (nn.ModuleList, nn.ModuleDict)):
            # nobody calls these, but what they hold
            yield from _networks(child, f"{path}{name}.")
        elif any(True for _ in child.parameters()):
            yield path + name, child


def _forward_of_lightning(kind: type) -> Any:
    return next(base.forward for base in kind.__mro__ if base.__name__ == "LightningModule")  # type: ignore[attr-defined]
