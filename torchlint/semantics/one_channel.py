"""Gray images: their one channel may stand at any place of a view, nothing is mixed up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torchlint.semantics.factors import Factor
    from torchlint.semantics.module import Module
    from torchlint.semantics.regroup import Regrouping

#: Data sets of images with one channel.
_GRAY = re.compile(rb"mnist|omniglot|\bUSPS\b", re.IGNORECASE)
#: Data sets of images in colour, and what reads folders of images as such.
_COLOURED = re.compile(
    rb"cifar|imagenet|ImageFolder|svhn|stl10|celeba|lsun|\bVOC|coco_?(detection|captions)", re.IGNORECASE
)


def moves_gray_channel(regrouping: Regrouping, module: Module) -> bool:
    """Whether all that a view moves is what is the channel of images, and those that the code reads are gray."""
    return any(map(_may_be_channel, _always_moved(regrouping))) and _is_about_gray_images(module)


def _always_moved(regrouping: Regrouping) -> Iterator[Factor]:
    """The dimension that changes places with two or more others, if that is all that is moved."""
    for factor in regrouping.factors:
        pairs = [pair for pair in regrouping.moved if any(one is factor for one in pair)]
        others = {id(one) for pair in pairs for one in pair if one is not factor}
        if len(others) > 1 and len(pairs) == len(regrouping.moved):
            yield factor


def _may_be_channel(factor: Factor) -> bool:
    """Whether a dimension is one of the tensor's own, of which the code gives no number."""
    atom = factor.size.atom
    return atom is not None and atom.base is not None and atom.value is None and not atom.derived


def _is_about_gray_images(module: Module) -> bool:
    around = [module.source.data, *module.project.data_around(module)]
    return any(map(_GRAY.search, around)) and not any(map(_COLOURED.search, around))
