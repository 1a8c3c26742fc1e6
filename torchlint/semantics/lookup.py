"""What the file system says about a project: which file an import means, which files there are, and what they import.

`Project` asks this while it reads modules; the cache asks it again to see whether an old answer still holds. What was
seen once is remembered, so that all answers of one run fit together.
"""

from __future__ import annotations

import os
import re
from functools import cached_property
from pathlib import Path

from torchlint.source import Read, from_disk

#: A project with more files than this is not searched for the callers of a function.
SEARCHED_FILES = 6000

#: Packages whose meaning is known to the engine; a folder of that name is never what an import means.
EXTERNAL = frozenset({"torch", "numpy", "torchvision", "torchaudio", "pytorch_lightning", "lightning", "cv2", "PIL"})

_SKIPPED = frozenset(
    {
        ".eggs", ".git", ".hg", ".mypy_cache", ".torchlint_cache", ".tox", ".venv", "__pycache__", "node_modules",
        "site-packages", "venv",
    }
)  # fmt: skip

_STATEMENT = rb'(?:from[ \t]+([.\w]+)[ \t]+import[ \t]+([^\n#\\"]+)|import[ \t]+([\w., \t]+))'
_IMPORT = re.compile(rb"^[ \t]*" + _STATEMENT, re.MULTILINE)
#: in a notebook a line begins a string, or stands behind the escaped end of another
_IMPORT_IN_CELL = re.compile(rb'(?:"|\\n)[ \t]*' + _STATEMENT)


#: what all files of a project are asked for, under names that no module has: whether they define networks, and whether
#: they mention layers that differ in eval mode, or libraries whose networks have such layers
NETWORKS, MODES = "class (Module)", "(mode)"
_NETWORK = re.compile(rb"\(\s*(?:torch\.)?(?:nn\.)?Module\s*\)")
_MODE_WORDS = (
    b"ropout", b"rop_out", b"ropPath", b"rop_path", b"ropBlock", b"rop_block", b"ropConnect", b"rop_connect",
    b"atchNorm", b"atch_norm", b"atchnorm", b"BN", b"RReLU", b"rrelu", b"track_running_stats", b"torchvision", b"timm",
    b"transformers", b"monai", b"segmentation_models", b"efficientnet", b"pretrainedmodels", b"geometric", b"dgl",
    b"fairseq", b"detectron", b"mmcv", b"mmdet", b"mmseg", b"diffusers", b"speechbrain", b"torch.hub",
)  # fmt: skip


class Lookup:
    """The folders under `root`, each listed at most once."""

    def __init__(self, root: Path, read: Read = from_disk) -> None:
        self.root = root.resolve()
        self._read = read
        #: names in the folders that were looked into, and whether they are folders: folders and Python files only
        self.listed: dict[Path, dict[str, bool]] = {}
        #: the folders that `files` were looked for in
        self.walked: list[Path] = []
        self._found: dict[tuple[Path, str, int], Path | None] = {}
        #: by sign: the files that show it
        self._showing: dict[str, list[Path]] = {}

    # ------------------------------------------------------------- imports

    def find(self, folder: Path, path: str, level: int) -> Path | None:
        """The file or package folder that an import of `path`, with `level` dots, means in a file of `folder`."""
        key = (folder, path, level)
        if key not in self._found:
            self._found[key] = self._resolve(folder, path, level)
        return self._found[key]

    def _resolve(self, folder: Path, path: str, level: int) -> Path | None:
        if level:
            for _ in range(level - 1):
                folder = folder.parent
            return self._in_folder(folder, path)
        if path.partition(".")[0] in EXTERNAL:
            return None
        return self._search(folder, path)

    def _search(self, folder: Path, path: str) -> Path | None:
        # as Python does for a script (its own folder), then for packages: every folder above, up to the root
        inside = self.root in folder.parents
        while True:
            found = self._in_folder(folder, path)
            if found is None and self._names(folder).get("src"):
                found = self._in_folder(folder / "src", path)
            if found is not None:
                return found
            if folder == self.root or not inside:
                return None
            folder = folder.parent

    def _in_folder(self, folder: Path, path: str) -> Path | None:
        for name in path.split(".")[:-1]:
            if not self._names(folder).get(name):
                return None
            folder = folder / name
        last = path.rpartition(".")[2]
        names = self._names(folder)
        if last and not names.get(last):
            return folder / f"{last}.py" if names.get(f"{last}.py") is False else None
        place = folder / last if last else folder
        return place / "__init__.py" if self._names(place).get("__init__.py") is False else place

    def _names(self, folder: Path) -> dict[str, bool]:
        names = self.listed.get(folder)
        if names is None:
            names = self.listed[folder] = {}
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        if entry.is_dir():
                            names[entry.name] = True
                        elif entry.name.endswith(".py") and entry.is_file():
                            names[entry.name] = False
            except OSError:
                pass
        return names

    # ----------------------------------------------------------- importers

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """The Python files and notebooks under the root, none if there are too many."""
        found: list[Path] = []
        for folder, folders, names in os.walk(self.root):
            self.walked.append(Path(folder))
            folders[:] = sorted(name for name in folders if name not in _SKIPPED)
            paths = (Path(folder, name) for name in sorted(names) if name.endswith((".py", ".ipynb")))
            # no pipe that would never end
            found += [path for path in paths if path.is_file()]
            if len(found) > SEARCHED_FILES:
                return ()
        return tuple(found)

    @cached_property
    def mentions(self) -> dict[str, list[Path]]:
        """Files by the names of the modules that they import (last parts only)."""
        index: dict[str, list[Path]] = {}
        for file in self.files:
            self._mention(file, index)
        return index

    def _mention(self, file: Path, index: dict[str, list[Path]]) -> None:
        for name in imported_names(self._bytes(file)):
            index.setdefault(name, []).append(file)

    def importing(self, name: str) -> list[Path]:
        """The files that import something of a name, or that show one of the signs that have a name here."""
        if name not in (NETWORKS, MODES):
            return self.mentions.get(name, [])
        known = self._showing.get(name)
        if known is None:
            known = self._showing[name] = [file for file in self.files if name in signs(self._bytes(file))]
        return known

    def _bytes(self, file: Path) -> bytes:
        try:
            return self._read(file)
        except OSError:
            return b""

    def changed(self, file: Path) -> None:
        """A file holds something else now, and so may import something else."""
        self._showing.clear()
        index = self.__dict__.get("mentions")
        if index is None or file not in self.files:
            return
        for files in index.values():
            if file in files:
                files.remove(file)
        self._mention(file, index)


def signs(data: bytes) -> set[str]:
    """Which of the signs a file shows."""
    found = {MODES} if any(word in data for word in _MODE_WORDS) else set()
    return found | {NETWORKS} if b"Module" in data and _NETWORK.search(data) else found


def imported_names(data: bytes) -> set[str]:
    """The last parts of the names that a file imports, by a look at its bytes."""
    names: set[str] = set()
    pattern = _IMPORT_IN_CELL if data.lstrip()[:1] == b"{" else _IMPORT
    for source, targets, plain in pattern.findall(data):
        if plain:
            names.update(part.strip().split(b" ")[0].rpartition(b".")[2].decode() for part in plain.split(b","))
        else:
            names.add(source.rpartition(b".")[2].decode())
            names.update(re.findall(r"\w+", targets.decode("utf-8", "replace")))
    return names
