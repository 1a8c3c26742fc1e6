"""Positions and indices that are kept in 8 bits (part of TLN501)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules.base import Problem
from torchlint.semantics.arithmetic import Dtype
from torchlint.semantics.dtype_signs import Sign
from torchlint.semantics.knowledge.dtypes import LIMITS, NARROW
from torchlint.semantics.nodes import Const

if TYPE_CHECKING:
    from torchlint.semantics.module import Module, Site

_INT8 = Sign(b"int8", b"char()", pattern=rb"(?<!u)int8|\bchar\(\)")

#: Casts and constructors that can narrow positions.
_NARROWING = ("astype", "to", "byte", "char", "type", "array", "asarray", "tensor", "arange", "int8", "uint8")


def narrow_positions(module: Module) -> Iterator[Problem]:
    """Positions that are kept in 8 bits."""
    evaluator = module.evaluator
    seen: set[int] = set()
    for name in _NARROWING:
        for call in dict.fromkeys(module.calls_by_name.get(name, ())):
            if not any(d.name in NARROW for d in evaluator.dtypes.find(call, None)):
                continue
            for context in evaluator.dtypes.frames(call.function, call):
                for d in evaluator.dtypes.find(call, context):
                    site = d.origin
                    if site is None or site.module is not module or site.n != call.n or d.name not in NARROW:
                        continue
                    if ": positions" in d.how and not _fits_volume(d) and call.n not in seen:
                        seen.add(call.n)
                        yield _problem(d, ())
    if not any(_INT8.stands_in(data) for data in (module.source.data, *module.project.data_around(module))):
        return
    for function in module.functions:
        for item in evaluator.dtypes.operations(function).items:
            if isinstance(item.index, Const):
                continue
            for context in evaluator.dtypes.frames(function, item.index):
                for d in evaluator.dtypes.find(item.index, context):
                    if d.name == "int8" and d.how.endswith("may hold positions") and d.origin is not None:
                        if d.origin.n in seen:
                            continue
                        seen.add(d.origin.n)
                        related = ((module.site(item), "used as an index here"),)
                        if d.origin.module is module:
                            yield _problem(d, related)


def _fits_volume(d: Dtype) -> bool:
    """Whether they may be coordinates of what is not 0 in a volume or small image, whose sides end before 256."""
    return d.name == "uint8" and d.how.endswith(("nonzero()", "argwhere()", "where()"))


def _problem(d: Dtype, related: tuple[tuple[Site, str], ...]) -> Problem:
    assert d.origin is not None
    most = int(LIMITS[d.name][1])
    return Problem(
        d.origin,
        f"positions are kept in {d.name}, which ends at {most}: position {most + 1} becomes "
        f"{'0' if d.name == 'uint8' else '-128'}, and another element is taken without a warning",
        "keep positions in int64",
        related,
    )
