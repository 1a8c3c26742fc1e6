"""Signs of arrays of bytes that no value shows: what docstrings say, and what stands in the files around."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from torchlint.semantics.arithmetic import Dtype

if TYPE_CHECKING:
    from torchlint.semantics.functions import Function
    from torchlint.semantics.module import Module
    from torchlint.semantics.nodes import Param


class Sign:
    """What may stand in the bytes of files: one of some words, and a pattern, if there is one, that has one of them.
    The files around a file are asked again and again: answers are remembered.
    """

    def __init__(self, *words: bytes, pattern: bytes = b"") -> None:
        self._words = words
        self._search = re.compile(pattern).search
        #: by the hash of the data, which Python computes once for each file
        self._known: dict[int, bool] = {}

    def stands_in(self, data: bytes) -> bool:
        key = hash(data)
        found = self._known.get(key)
        if found is None:
            if len(self._known) > 20_000:
                self._known.clear()
            found = self._known[key] = any(word in data for word in self._words) and self._search(data) is not None
        return found


#: What stands in a file that makes arrays of bytes.
_BYTES = Sign(
    b"int8", b"byte()", b"ByteTensor", b"imread", b"Image.open", b"read_image", b"read_video", b"decode_image",
    b"imdecode", b"VideoCapture", b"MNIST", b"CIFAR", b"[0, 255]", b"[0,255]", b"PILToTensor", b"pil_to_tensor",
)  # fmt: skip


def documented_bytes(param: Param) -> Dtype | None:
    """What the docstring of a function says of a parameter, if it says that it is an array of bytes."""
    entry = _documented(param.function.doc, param.name).lower()
    compact = entry.replace(" ", "")
    image = any(values in compact for values in ("[0,255]", "0-255", "0..255", "(0,255)"))
    if "float" in entry or not ("uint8" in entry or (image and "array" in entry)):
        return None
    library = "torch" if "tensor" in entry else "numpy"
    if library == "torch" and "uint8" not in entry:
        return None
    low, high = (0, 255) if image or "image" in entry else (None, None)
    what = "uint8" if "uint8" in entry else "an image in [0, 255], which is uint8 as it comes from a file"
    how = f"`{param.name}` is documented as {what}"
    return Dtype("uint8", library, low, high, param.function.module.site(param), how)


def _documented(doc: str, name: str) -> str:
    """The entry of a parameter in a docstring of the styles of Google, NumPy and Sphinx, on one line."""
    found = re.search(rf"^([ \t]*)(?::param (?:[\w.]+ )?)?{re.escape(name)}\s*[:(]", doc, re.MULTILINE)
    if found is None:
        return ""
    rows = doc[found.start() :].splitlines()
    entry = [rows[0]]
    for row in rows[1:6]:
        if len(row) - len(row.lstrip()) <= len(found.group(1)):
            break
        entry.append(row.strip())
    return " ".join(entry)


def may_hold_bytes(module: Module) -> bool | None:
    """Whether a file, or one next to it, makes arrays of bytes; None where not even an index is composed."""
    data = module.source.data
    if _BYTES.stands_in(data) or any(_BYTES.stands_in(other) for other in module.project.data_around(module)):
        return True
    return False if b"bincount" in data else None


def may_be_given_bytes(function: Function) -> bool:
    """Whether a file that makes arrays of bytes names a function, and so may call it with one."""
    module = function.module
    special = function.name.startswith("__") and function.cls is not None
    name = (function.cls.name if special and function.cls is not None else function.name).encode()
    data = module.source.data
    if _BYTES.stands_in(data) and data.count(name) > 1:
        return True
    return any(_BYTES.stands_in(other) and name in other for other in module.project.importing_data(module))
