"""Whether the code of a finding ever runs: where it doesn't, there is nothing to tell."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from torchlint.semantics.undefined import is_behind_undefined_name
from torchlint.semantics.usage import is_in_left_over

if TYPE_CHECKING:
    from torchlint.semantics.module import Site


def never_runs(sites: Iterable[Site]) -> bool:
    """Whether one of the places of a finding, the first of which is its own, is in code that nobody uses, or that
    breaks off there. Those in other files were led to from this one.
    """
    first, *others = sites
    here = [first, *(site for site in others if site.module is first.module)]
    return is_behind_undefined_name(first.module, first.n) or any(is_in_left_over(s.module, s.n) for s in here)
