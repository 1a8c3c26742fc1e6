"""Which classes of a file, and which attributes, the rest of the project uses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torchlint.semantics.nodes import Class, Function

#: What reaches a class without its name.
_UNNAMED = re.compile(rb"(?<![.\w])(getattr|eval|globals|vars)\(|__dict__|import_module")


def is_left_over(part: Class | Function) -> bool:
    """Whether nobody uses a class or function: files that import other classes of its file never name this one, and
    neither does the file itself.
    """
    module = part.module
    data = module.source.data
    named = re.findall(rb"(class\s+|def\s+|super\(\s*)?\b%s\b" % re.escape(part.name.encode()), data)
    if module.source.cells or not named or not all(named) or _UNNAMED.search(data):
        return False
    if next(module.project.importers(module, part.name), None) is not None:
        return False
    users = [
        user for other in module.classes if other is not part for user in module.project.importers(module, other.name)
    ]
    return bool(users) and not any(_UNNAMED.search(user.source.data) for user in users)


def is_read(cls: Class, name: str) -> bool:
    """Whether something may ask objects of a class for an attribute, and not only set it or add to it."""
    module = cls.module
    pattern = re.compile(rb"\.%s\b(?!\s*(=(?!=)|\.(append|extend|insert)\())" % re.escape(name.encode()))
    users = (module, *module.project.importers(module, name))
    return any(pattern.search(user.source.data) or _UNNAMED.search(user.source.data) for user in users)


def is_read_inside(cls: Class, name: str) -> bool:
    """Whether something in the file of a class may ask the class's own objects for an attribute."""
    return re.search(rb"\bself\.%s\b(?!\s*=(?!=))" % re.escape(name.encode()), cls.module.source.data) is not None
