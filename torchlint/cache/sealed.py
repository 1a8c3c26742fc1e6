"""JSON with a seal before it, so that a file that was cut off or edited is known at once."""

from __future__ import annotations

import json
from typing import Any

from torchlint.semantics.reads import digest


def seal(value: object) -> bytes:
    """Two lines, the seal and the value."""
    body = json.dumps(value, separators=(",", ":")).encode()
    return digest(body).encode() + b"\n" + body + b"\n"


def unseal(data: bytes, start: int = 0) -> tuple[Any, int]:
    """The value that was sealed, and where it ends. Raises any error whatever if the data is not of this making."""
    middle = data.index(b"\n", start)
    end = data.index(b"\n", middle + 1)
    body = data[middle + 1 : end]
    if data[start:middle].decode() != digest(body):
        raise ValueError
    return json.loads(body), end + 1
