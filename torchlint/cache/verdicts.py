"""What patterns say about names: as long as the patterns are the same, that never changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from torchlint.cache.folder import prepare, verdicts_file
from torchlint.cache.sealed import seal, unseal

#: In one folder, the verdicts by these many sets of patterns are kept.
_KEPT = 4


class Verdicts(dict[str, bool]):
    """Whether names in a folder are passed over; those of folders end in a slash. What is not known is asked."""

    def __init__(self, known: Mapping[str, bool], ask: Callable[[str], bool]) -> None:
        super().__init__(known)
        self._ask = ask

    def __missing__(self, name: str) -> bool:
        verdict = self[name] = self._ask(name)
        return verdict


class Memory:
    """The verdicts of earlier runs. It never fails: where it can't read or write, it knows nothing."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        #: by folder, and by a digest of all patterns that apply there
        self._known: dict[str, dict[str, dict[str, bool]]] = {}
        self._asked: dict[tuple[str, str], Verdicts] = {}
        with suppress(Exception):
            if file is not None:
                with file.open("rb") as stream:
                    whole, _ = unseal(stream)
                self._known = {
                    folder: {key: dict(known) for key, known in by_key.items()} for folder, by_key in whole.items()
                }

    def of(self, folder: str, key: str, ask: Callable[[str], bool]) -> Verdicts:
        """The verdicts on the names in a folder, by the patterns that `key` stands for."""
        asked = self._asked.get((folder, key))
        if asked is None:
            asked = self._asked[folder, key] = Verdicts(self._before(folder, key), ask)
        return asked

    def _before(self, folder: str, key: str) -> dict[str, bool]:
        return self._known.get(folder, {}).get(key, {})

    def save(self) -> None:
        """Write what is known."""
        new = [place for place, verdicts in self._asked.items() if len(verdicts) > len(self._before(*place))]
        if self._file is None or not new:
            return
        from torchlint.atomic import write_atomically

        for folder, key in new:
            by_key = {**self._known.get(folder, {}), key: self._asked[folder, key]}
            self._known[folder] = dict([*by_key.items()][-_KEPT:])
        with suppress(OSError):
            prepare(self._file.parent)
            write_atomically(self._file, seal(self._known), durable=False)


def memory_of(root: Path, folder: Path | None) -> Memory:
    """The memory for one project; `folder` is where the user wants it."""
    with suppress(OSError, ValueError):
        return Memory(verdicts_file(root, folder))
    return Memory()
