"""Finds silent bugs in PyTorch training code: code that runs, trains a little, and is wrong.

`torchlint check` reads source; `torchlint.preflight(model, loss_fn, batch)` checks a model before its training, and
`with torchlint.guard(model):` watches a running one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = [
    "GuardError",
    "GuardWarning",
    "PreflightError",
    "PreflightReport",
    "Record",
    "__version__",
    "guard",
    "lr_range_test",
    "preflight",
]

if TYPE_CHECKING:
    from torchlint.runtime.findings import GuardError, GuardWarning
    from torchlint.runtime.guard import Guard as guard
    from torchlint.runtime.lr_range import lr_range_test
    from torchlint.runtime.preflight import PreflightError, PreflightReport, preflight
    from torchlint.runtime.report.record import Record

#: what needs torch is loaded when it is used: name, module, name there
_LAZY = {
    "guard": ("torchlint.runtime.guard", "Guard"),
    "GuardError": ("torchlint.runtime.findings", "GuardError"),
    "GuardWarning": ("torchlint.runtime.findings", "GuardWarning"),
    "lr_range_test": ("torchlint.runtime.lr_range", "lr_range_test"),
    "preflight": ("torchlint.runtime.preflight", "preflight"),
    "PreflightError": ("torchlint.runtime.preflight", "PreflightError"),
    "Record": ("torchlint.runtime.report.record", "Record"),
    "PreflightReport": ("torchlint.runtime.preflight", "PreflightReport"),
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    module, attribute = _LAZY[name]
    try:
        return getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError as error:
        if error.name == "torch":
            raise ImportError(f'torchlint.{name} needs torch: pip install "torchlint[runtime]"') from error
        raise


def __dir__() -> list[str]:
    return [*globals(), *_LAZY]
