"""Python's search for garbage, made rare."""

from __future__ import annotations

import gc

#: Objects that are made, and not freed again, before the next search. A syntax tree is a hundred thousand objects that
#: all die at once, and the graphs at hand are a million that stay: Python's own 700 would look through them again and
#: again, for a quarter of all the time. Little is left to find: graphs that are dropped are dissolved.
_OBJECTS_BEFORE_SEARCH = 1_000_000


def search_rarely() -> None:
    """For a process that does nothing else than linting."""
    gc.set_threshold(_OBJECTS_BEFORE_SEARCH, *gc.get_threshold()[1:])
