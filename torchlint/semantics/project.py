"""The files around a file: which file an import means, who imports whom, and what is kept in memory."""

from __future__ import annotations

import os
import re
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from torchlint.semantics.evaluate import Evaluator
from torchlint.semantics.lookup import MODES, NETWORKS, Lookup
from torchlint.semantics.module import Module
from torchlint.semantics.reads import Reads, Remembered, digest
from torchlint.semantics.relevance import Relevance
from torchlint.source import Read, Source, UnreadableError, from_disk, read_source
from torchlint.words import words

if TYPE_CHECKING:
    from torchlint.semantics.training import Fact

#: Modules kept in memory; older ones are read again when they are needed.
KEPT_MODULES = 1000

#: How the path of the file of a package ends.
_PACKAGE = os.sep + "__init__.py"

#: Of the files that may import a file, this many are looked into for its callers.
FOLLOWED_IMPORTERS = 24


class Project:
    """The Python files under `root`, read when an import or a call leads to them."""

    def __init__(self, root: Path, read: Read = from_disk) -> None:
        self._lookup = Lookup(root, read)
        self._read = read
        self.root = self._lookup.root
        self._modules: OrderedDict[Path, Module | None] = OrderedDict()
        self._digests: dict[Path, str] = {}
        #: by file: what its imports mean, and the files and folders among that
        self._imports: dict[Path, tuple[Reads, frozenset[Path | None]]] = {}
        self._bytes: dict[Path, bytes] = {}
        self._words: dict[Path, bytes] = {}
        #: by file: the files that may import it, and those that are named like tests and were looked into for that
        self._importing: dict[Path, tuple[list[Path], list[Path]]] = {}
        #: by file and name: the importers that mention it, as far as they are followed, and how many were looked into
        self._mentioning: dict[tuple[Path, str], tuple[list[Path], int]] = {}
        #: what the file that was loaded last has asked for already, so that nothing is left to note about it
        self._asked: set[tuple[Path, str]] = set()
        #: the modules that it was led to
        self._at_hand: dict[Path, Module | None] = {}
        self._restored: list[Module] = []
        self.evaluator = Evaluator(self)
        self.relevance = Relevance()
        #: what walks through whole programs found, by the place where they start (see programs.py)
        self.walks: Remembered[Hashable, list[Fact]] = Remembered()
        self._reads = self.walks.reads

    # ------------------------------------------------------------- modules

    def load(self, source: Source) -> Module:
        """Understand a source that is about to be linted. Raises `UnreadableError`."""
        self._reads = self.walks.reads = Reads()
        self._forget_asked()
        if source.file is not None:
            path = source.file.resolve()
            known = self._modules.get(path)
            if known is not None and known.source.data == source.data and known.source.path == source.path:
                self._modules.move_to_end(path)
                return known
        module = Module(source, self)
        if module.file is not None:
            self._keep(module.file, module)
        return module

    def module_at(self, path: Path) -> Module | None:
        """The module of a file of the project, None if it can't be read, or leads a side question too far."""
        if path in self._at_hand:
            return self._at_hand[path]
        if not self.evaluator.may_read(path):
            return None
        found = self._at_hand[path] = self._known_or_read(path)
        return found

    def _known_or_read(self, path: Path) -> Module | None:
        if path in self._modules:
            self._modules.move_to_end(path)
            return self._noted(path, self._modules[path])
        try:
            module: Module | None = Module(read_source(path, read=self._read_once), self)
        except (UnreadableError, OSError, ValueError):
            module = None
        if module is not None:
            module.release()
        self._keep(path, module)
        return self._noted(path, module)

    def _noted(self, path: Path, module: Module | None) -> Module | None:
        self._note(path, module.source.data if module is not None else self._data(path))
        return module

    def _note(self, path: Path, data: bytes) -> None:
        """Remember that an answer depends on a file."""
        known = self._digests.get(path)
        if known is None:
            known = self._digests[path] = digest(data)
        self._reads.files[path] = known

    def reads(self) -> Reads:
        """What was read for the file that was loaded last."""
        return self._reads.whole()

    def _keep(self, path: Path, module: Module | None) -> None:
        self._drop(path)
        self._modules[path] = module

    def _drop(self, path: Path) -> None:
        dropped = self._modules.pop(path, None)
        if dropped is not None:
            dropped.dissolve()

    def restored(self, module: Module) -> None:
        """The syntax of a module was read a second time: it is dropped with that of the file being linted."""
        self._restored.append(module)

    def close_file(self, module: Module) -> None:
        """Forget what only the linting of one file needed."""
        for held in (module, *self._restored):
            held.release()
        self._restored.clear()
        self.evaluator.forget()
        # found out anew for each file, so that it is known what its answer was read from; that costs next to nothing
        self.relevance = Relevance()
        while len(self._modules) > KEPT_MODULES:
            self._drop(next(iter(self._modules)))

    def close(self) -> None:
        """Forget everything."""
        for path in list(self._modules):
            self._drop(path)

    def _forget_asked(self) -> None:
        self._asked.clear()
        self._at_hand.clear()

    def changed(self, path: Path) -> None:
        """Forget what was known of a file that holds something else now, and what was found out with its help."""
        self._lookup.changed(path)
        self._drop(path)
        for known in (self._digests, self._bytes, self._words):
            known.pop(path, None)
        self._imports.clear()
        self._importing.clear()
        self._mentioning.clear()
        self._forget_asked()
        self.walks = Remembered()
        for module in self._modules.values():
            if module is not None:
                module.facts = None

    # ------------------------------------------------------------- imports

    def find(self, importer: Module, path: str, level: int) -> Path | None:
        """The file or package folder that `path` means in `importer`."""
        return self._find(importer.folder, path, level)

    def _find(self, folder: Path, path: str, level: int) -> Path | None:
        found = self._lookup.find(folder, path, level)
        self._reads.imports[folder, path, level] = found
        return found

    def submodule(self, package: Path, name: str) -> Path | None:
        """The file of module `name` in a package, given by its folder or its `__init__.py`."""
        folder = package.parent if package.name == "__init__.py" else package
        return self._find(folder, name, 1)

    # ------------------------------------------------------------- importers

    def data_around(self, module: Module) -> Iterator[bytes]:
        """The bytes of the files that `module` imports, and of those that seem to import it: a cheap look at what
        values may come from there.
        """
        paths: dict[Path, None] = {}
        for target, level in module.imports:
            found = self.find(module, target, level)
            if found is not None and found.suffix == ".py":
                paths[found] = None
        file = module.file
        if file is not None:
            paths.update(dict.fromkeys(self._candidates(file)[:FOLLOWED_IMPORTERS]))
        for path in paths:
            yield self._data(path)

    def has_no_modes(self) -> bool:
        """Whether networks are defined in the project, and no layer that differs in eval mode is mentioned in it."""
        return not self._shows(MODES) and self._shows(NETWORKS)

    def _shows(self, sign: str) -> bool:
        """Whether a file shows a sign, or whether there are too many files to tell."""
        found = self._reads.importers[sign] = self._lookup.importing(sign)
        return bool(found) or not self._lookup.files

    def importing_data(self, module: Module) -> Iterator[bytes]:
        """The bytes of the files that seem to import `module`."""
        if module.file is not None:
            for path in self._candidates(module.file)[:FOLLOWED_IMPORTERS]:
                yield self._data(path)

    def importers(self, module: Module, mentioning: str) -> Iterator[Module]:
        """The modules that import `module` and mention a name, the nearest of them if they are many."""
        file = module.file
        if file is None:
            return
        for path in self._mentions(file, mentioning):
            other = self.module_at(path)
            if other is None:
                continue
            if file in self._imports_of(path, other):
                yield other

    def _imports_of(self, path: Path, module: Module) -> frozenset[Path | None]:
        """The files and folders that a module imports."""
        known = self._imports.get(path)
        if known is None:
            folder = module.folder
            keys = [(folder, target, level) for target, level in module.imports]
            reads = Reads(imports={key: self._lookup.find(*key) for key in keys})
            known = self._imports[path] = reads, frozenset(reads.imports.values())
        # whoever asks first, the answer stands on it
        self._reads.others.add(known[0])
        return known[1]

    def _mentions(self, file: Path, name: str) -> list[Path]:
        """The files that may import `file` and mention a name, the first of them if they are many."""
        key = (file, name)
        known = self._mentioning.get(key)
        if known is None:
            known = self._mentioning[key] = self._look_for(name.encode(), self._candidates(file))
        elif key not in self._asked:
            # nothing of it is read again, but this answer stands on it as well
            self._reads.files |= {path: self._digests[path] for path in self._candidates(file)[: known[1]]}
        self._asked.add(key)
        return known[0]

    def _look_for(self, wanted: bytes, candidates: list[Path]) -> tuple[list[Path], int]:
        found: list[Path] = []
        for count, path in enumerate(candidates, start=1):
            # a look at the bytes spares the reading of most
            if wanted in self._words_of(path) or str(path).endswith(_PACKAGE):
                found.append(path)
                if len(found) == FOLLOWED_IMPORTERS:
                    return found, count
        return found, len(candidates)

    def _candidates(self, file: Path) -> list[Path]:
        """Files that may import `file`, by the names that they import, nearest first.
        Tests call anything with anything.
        """
        name = _import_name(file)
        mentioning = self._reads.importers[name] = self._lookup.importing(name)
        known = self._importing.get(file)
        if known is None:
            found = [path for path in mentioning if path != file and (not self._is_test(path) or self._is_test(file))]
            found.sort(key=lambda path: _distance(file, path))
            looked_into = [path for path in (file, *mentioning) if may_hold_tests(path, self.root)]
            known = self._importing[file] = (found, looked_into)
        else:
            for path in known[1]:
                self._data(path)  # noted for the file at hand as well
        return known[0]

    def _is_test(self, path: Path) -> bool:
        if is_among_tests(path, self.root):
            return True
        return may_hold_tests(path, self.root) and holds_tests(self._data(path))

    def _words_of(self, path: Path) -> bytes:
        data = self._data(path)
        found = self._words.get(path)
        if found is None:
            found = self._words[path] = words(data)
        return found

    def _read_once(self, path: Path) -> bytes:
        return self._bytes.get(path) or self._read(path)

    def _data(self, path: Path) -> bytes:
        data = self._bytes.get(path)
        if data is None:
            try:
                data = self._read(path)
            except OSError:
                data = b""
            if len(self._bytes) > KEPT_MODULES:
                self._bytes.clear()
                self._words.clear()
            self._bytes[path] = data
        self._note(path, data)
        return data


#: What stands in tests of software, for pytest or unittest.
_TESTS = re.compile(
    rb"\b(pytest|unittest|TestCase|doctest|torch\.testing)\b|\bdef test_\w+\(|^class Test", re.MULTILINE
)
#: What stands in a program that is started by hand.
_PROGRAM = re.compile(rb"__main__|\bparse_args\(")


@lru_cache(maxsize=16384)
def is_among_tests(file: Path, root: Path) -> bool:
    """Whether a file lies in a folder of tests."""
    return root in file.parents and "tests" in file.relative_to(root).parts[:-1]


@lru_cache(maxsize=16384)
def may_hold_tests(file: Path, root: Path) -> bool:
    """Whether a file elsewhere is named like one that holds tests, by the convention of pytest and unittest."""
    return (file.name.startswith("test_") or file.name.endswith("_test.py")) and not is_among_tests(file, root)


def holds_tests(data: bytes) -> bool:
    """Whether a file of such a name holds tests: `test_cifar.py` may as well be the program that tests a network."""
    return _TESTS.search(data) is not None or _PROGRAM.search(data) is None


def _distance(file: Path, other: Path) -> int:
    """How many folders lie between two files."""
    mine, theirs = file.parent.parts, other.parent.parts
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(mine, theirs)))
    return len(mine) + len(theirs) - 2 * shared


def _import_name(file: Path) -> str:
    """The last part of the name that a file is imported by."""
    return file.parent.name if file.stem == "__init__" else file.stem
