"""The words of a file: where many are looked for, they are searched instead of the text."""

from __future__ import annotations

#: Whatever is no part of an identifier becomes a space. What is no ASCII may be a part of one.
_APART = bytes(byte if byte > 127 or chr(byte).isalnum() or byte == ord("_") else ord(" ") for byte in range(256))


def words(data: bytes) -> bytes:
    """Each identifier and number once, in any order: an identifier, or a part of one, is in it if and only if it is
    in `data`.
    """
    return b" ".join(set(data.translate(_APART).split()))
