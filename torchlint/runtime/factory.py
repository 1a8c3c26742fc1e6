"""What `torchlint preflight path/to/file.py:factory` gets from the user's file."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

#: what a factory returns, in the order of a tuple
FIELDS = ("model", "loss_fn", "batch", "optimizer")


class FactoryError(ValueError):
    """The file or its factory can't be used; the message is one line."""


def load(target: str) -> dict[str, Any]:
    """The arguments of `preflight` that the factory returns. Raises `FactoryError`."""
    factory = _find(target)
    try:
        made = factory()
    except Exception as error:
        raise FactoryError(f"{target}: {_place(error)}") from None
    return _arguments(made, target)


def _find(target: str) -> Callable[[], Any]:
    file, colon, name = target.rpartition(":")
    if not colon or not name.isidentifier() or not file:
        raise FactoryError(f"{target}: FILE:FUNCTION is wanted, such as train.py:setup")
    path = Path(file)
    if not path.is_file():
        raise FactoryError(f"there is no file {file}")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise FactoryError(f"{file}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    # as `python FILE` does, so that it can import its neighbours, and so that its classes can be pickled
    sys.path[0] = str(path.resolve().parent)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except SystemExit:
        raise FactoryError(
            f"{file}: importing it ends the program; put the training under if __name__ == '__main__':"
        ) from None
    except Exception as error:
        raise FactoryError(f"{file}: {_place(error)}") from None
    factory = getattr(module, name, None)
    if factory is None:
        raise FactoryError(f"{file}: there is no {name} in it")
    if not callable(factory):
        raise FactoryError(f"{file}: {name} is a {type(factory).__name__}, not a function")
    return factory


def _place(error: Exception) -> str:
    """The error and the user's line, without a traceback."""
    lines = str(error).strip().splitlines()
    text = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    here = str(Path(__file__).parent.parent)
    own = [frame for frame in frames if not frame.filename.startswith(("<", here))]
    return f"{text} ({Path(own[-1].filename).name}:{own[-1].lineno})" if own else text


def _arguments(made: Any, target: str) -> dict[str, Any]:
    if isinstance(made, Mapping):
        arguments = dict(made)
    elif isinstance(made, tuple) and hasattr(made, "_fields"):
        arguments = dict(zip(made._fields, made))
    elif isinstance(made, (tuple, list)) and len(made) in (3, 4):
        arguments = dict(zip(FIELDS, made))
    else:
        raise FactoryError(
            f"{target}: it returned a {type(made).__name__}, not model, loss_fn, batch and maybe optimizer"
        )
    if strange := [name for name in arguments if name not in FIELDS]:
        raise FactoryError(f"{target}: it returned {', '.join(map(repr, strange))}; known are {', '.join(FIELDS)}")
    if missing := [name for name in FIELDS[:3] if name not in arguments]:
        raise FactoryError(f"{target}: it did not return {', '.join(missing)}")
    return arguments
