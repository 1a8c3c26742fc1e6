"""Which classes of a file, and which attributes, the rest of the project uses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torchlint.semantics.functions import Class, Function
    from torchlint.semantics.module import Module

#: What reaches a class without its name: not `getattr(args, "lr")`, nor `vars(args)`.
_UNNAMED = re.compile(
    rb"(?<![.\w])(getattr\((?![^,()]+,\s*[\"'])|eval\(|globals\(|vars\((?!args|opts?\b|self|config|params|flags))"
    rb"|__dict__|import_module",
    re.IGNORECASE,
)

#: A row that holds no code.
COMMENT = re.compile(rb"(?m)^[ \t]*#.*$")

#: Parts that only parts that are left over use, which only such parts use.
MAX_DEPTH = 3


def is_in_left_over(module: Module, n: int) -> bool:
    """Whether node `n` stands in a class or function that nobody uses."""
    place = module.location(n)
    part = _part_at(module, place.row) if place.cell is None else None
    return part is not None and is_left_over(part)


def _part_at(module: Module, row: int) -> Class | Function | None:
    """The class or function of the top level of a file that stands in a row."""
    for part in module.top.inner:
        place = module.location(part.n)
        if not part.is_lambda and place.row <= row <= place.end_row:
            return part.cls or part
    return None


def is_left_over(part: Class | Function, depth: int = 0) -> bool:
    """Whether nobody uses a class or function of the top level: neither its file nor one that imports it names it,
    and the file is no library whose users are elsewhere: it is a program, or others import other parts of it.
    """
    module = part.module
    if module.source.cells or _UNNAMED.search(module.source.data) or _is_installed(module):
        return False
    word = re.compile(rb"\b%s\b" % re.escape(part.name.encode()))
    if any(word.search(user.source.data) for user in module.project.importers(module, part.name)):
        return False
    if _is_named(part, depth):
        return False
    others = {cls.name for cls in module.classes} | {function.name for function in module.top.inner}
    others.discard(part.name)
    users = [user for other in sorted(others) for user in module.project.importers(module, other)]
    return (bool(users) or _is_program(module)) and not any(_UNNAMED.search(user.source.data) for user in users)


def _is_named(part: Class | Function, depth: int) -> bool:
    """Whether the file of a class or function names it, but for its own code and that of others that nobody uses."""
    module = part.module
    data = COMMENT.sub(b"", module.source.data)
    pattern = rb"(class\s+|def\s+|super\(\s*)?\b%s\b" % re.escape(part.name.encode())
    mentions = [match for match in re.finditer(pattern, data) if not match[1]]
    rows = {data.count(b"\n", 0, match.start()) + 1 for match in mentions}
    return not all(_is_idle(_part_at(module, row), part, depth) for row in rows)


def _is_idle(user: Class | Function | None, part: Class | Function, depth: int) -> bool:
    return user is part or (user is not None and depth < MAX_DEPTH and is_left_over(user, depth + 1))


def _is_installed(module: Module) -> bool:
    """Whether a file is part of a package that is installed: whoever uses that is elsewhere."""
    project, folder = module.project, module.folder
    package = project.submodule(folder.parent, folder.name)
    if package is None or package.name != "__init__.py":
        return False
    return project.find(module, "setup", 0) is not None or any(
        (parent / name).exists()
        for parent in (folder, *folder.parents)
        if parent == project.root or project.root in parent.parents
        for name in ("setup.cfg", "pyproject.toml")
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
