"""The shape of a tensor: its dimensions as far as they are known, each the sizes that it was merged from."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from torchlint.semantics.sizes import Size

if TYPE_CHECKING:
    from torchlint.semantics.module import Site

#: A dimension: the sizes that it was merged from, in order; none for a dimension of 1.
Axis = tuple[Size, ...]


@dataclass(frozen=True)
class Hole:
    """The dimensions from `start` to `stop` (counted from the end, at most 0) of a value known only by its key."""

    base: Hashable
    name: str
    start: int = 0
    stop: int = 0


@dataclass(frozen=True)
class Shape:
    """The dimensions in front of a hole and behind it; without a hole, `front` is all.

    `batch` is the size of the dimension that runs over the samples, where a layer tells. `story` says where the
    shape comes from.
    """

    front: tuple[Axis, ...] = ()
    hole: Hole | None = None
    back: tuple[Axis, ...] = ()
    batch: Size | None = None
    story: tuple[tuple[Site, str], ...] = ()
    #: a packed sequence, whose first two dimensions are (batch, time)
    packed: bool = False
    #: fresh numbers, all equal or random: their order means nothing
    blank: bool = False

    @property
    def rank(self) -> int | None:
        return len(self.front) if self.hole is None else None

    @property
    def dims(self) -> tuple[object, ...]:
        """What makes two shapes the same."""
        return (self.front, self.hole, self.back)

    def with_front(self, axes: Iterable[Axis]) -> Shape:
        return replace(self, front=tuple(axes))

    def told(self, site: Site, text: str) -> Shape:
        return replace(self, story=(*self.story[-2:], (site, text)))
