"""Python's search for garbage, made rare."""

from __future__ import annotations

import gc

#: Objects that are made before the next search. A syntax tree is a hundred thousand objects that all die at once, and
#: the cache as many that all stay: Python's own 700 would look through them again and again, for a quarter of all the
#: time.
_OBJECTS_BEFORE_SEARCH = 200_000


def search_rarely() -> None:
    """For a process that does nothing else than linting."""
    gc.set_threshold(_OBJECTS_BEFORE_SEARCH, *gc.get_threshold()[1:])
