"""Files that are written whole or not at all, whatever happens in between."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write_atomically(path: Path, data: bytes, durable: bool = True) -> None:
    """Put `data` in place of what is in a file, keeping its permissions. Raises `OSError`, and then nothing changed.

    What is `durable` outlives a failure of power, at the price of waiting for the disk.
    """
    import shutil
    import tempfile

    # where a link leads to is written, the link stays
    path = path.resolve()
    if path.exists() and not os.access(path, os.W_OK):
        # a file can be replaced without the right to write it, but who took that right away means something by it
        raise PermissionError(13, "Permission denied", str(path))
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, name)
        else:
            mask = os.umask(0)
            os.umask(mask)
            Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
