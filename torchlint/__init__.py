"""Finds silent bugs in PyTorch training code: code that runs, trains a little, and is wrong.

`torchlint check` reads source; `with torchlint.guard(model):` watches a running training.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["GuardError", "GuardWarning", "__version__", "guard"]

if TYPE_CHECKING:
    from torchlint.runtime.findings import GuardError, GuardWarning
    from torchlint.runtime.guard import Guard as guard

#: what needs torch is loaded when it is used: name, module, name there
_LAZY = {
    "guard": ("torchlint.runtime.guard", "Guard"),
    "GuardError": ("torchlint.runtime.findings", "GuardError"),
    "GuardWarning": ("torchlint.runtime.findings", "GuardWarning"),
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
            raise ImportError('the guard needs torch: pip install "torchlint[runtime]"') from error
        raise


def __dir__() -> list[str]:
    return [*globals(), *_LAZY]
