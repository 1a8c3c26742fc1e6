"""Which classes of a file, and which attributes, the rest of the project uses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torchlint.semantics.module import Module
    from torchlint.semantics.nodes import Class, Function

#: What reaches a class without its name.
_UNNAMED = re.compile(rb"(?<![.\w])(getattr|eval|globals|vars)\(|__dict__|import_module")

_COMMENT = re.compile(rb"(?m)^\s*#.*$")


def is_in_left_over(module: Module, n: int) -> bool:
    """Whether node `n` stands in a class or function that nobody uses."""
    part = _part_around(module, n)
    return part is not None and is_left_over(part)


def _part_around(module: Module, n: int) -> Class | Function | None:
    """The class or function of the top level in which a node stands."""
    row = module.location(n).row
    cell = module.location(n).cell
    for part in module.top.inner:
        place = module.location(part.n)
        if not part.is_lambda and place.cell == cell and place.row <= row <= place.end_row:
            return part.cls or part
    return None


def is_left_over(part: Class | Function) -> bool:
    """Whether nobody uses a class or function of the top level: neither its file nor one that imports it names it,
    and the file is no library whose users are elsewhere: it is a program, or others import other parts of it.
    """
    module = part.module
    data = _COMMENT.sub(b"", module.source.data)
    named = re.findall(rb"(class\s+|def\s+|super\(\s*)?\b%s\b" % re.escape(part.name.encode()), data)
    if module.source.cells or not named or not all(named) or _UNNAMED.search(data) or _is_installed(module):
        return False
    if next(module.project.importers(module, part.name), None) is not None:
        return False
    others = {cls.name for cls in module.classes} | {function.name for function in module.top.inner}
    others.discard(part.name)
    users = [user for other in sorted(others) for user in module.project.importers(module, other)]
    return (bool(users) or _is_program(module)) and not any(_UNNAMED.search(user.source.data) for user in users)


def _is_installed(module: Module) -> bool:
    """Whether a file is part of a package that is installed: whoever uses that is elsewhere."""
    folder, root = module.folder, module.project.root
    return (folder / "__init__.py").exists() and any(
        (parent / name).exists()
        for parent in (folder, *folder.parents)
        if parent == root or root in parent.parents
        for name in ("setup.py", "setup.cfg", "pyproject.toml")
    )


def _is_program(module: Module) -> bool:
    """Whether a file runs something by itself."""
    return re.search(rb"^if __name__\s*==", module.source.data, re.MULTILINE) is not None


def is_read(cls: Class, name: str) -> bool:
    """Whether something may ask objects of a class for an attribute, and not only set it or add to it."""
    module = cls.module
    pattern = re.compile(rb"\.%s\b(?!\s*(=(?!=)|\.(append|extend|insert)\())" % re.escape(name.encode()))
    users = (module, *module.project.importers(module, name))
    return any(pattern.search(user.source.data) or _UNNAMED.search(user.source.data) for user in users)


def is_read_inside(cls: Class, name: str) -> bool:
    """Whether something in the file of a class may ask the class's own objects for an attribute."""
    return re.search(rb"\bself\.%s\b(?!\s*=(?!=))" % re.escape(name.encode()), cls.module.source.data) is not None
