"""JSON with a seal before it, so that a file that was cut off or edited is known at once."""

from __future__ import annotations

import json
from typing import Any, BinaryIO

from torchlint.semantics.reads import digest


def seal(value: object) -> bytes:
    """Two lines, the seal and the value."""
    body = json.dumps(value, separators=(",", ":")).encode()
    return digest(body).encode() + b"\n" + body + b"\n"


def unseal(stream: BinaryIO) -> tuple[Any, bytes]:
    """The value that was sealed, and its seal. Raises any error whatever if the data is not of this making."""
    sealed, body = stream.readline().removesuffix(b"\n"), stream.readline().removesuffix(b"\n")
    if sealed.decode() != digest(body):
        raise ValueError
    return json.loads(body), sealed
