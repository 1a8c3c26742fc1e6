"""Python's own parser: text to tree, without a word on the terminal."""

from __future__ import annotations

import ast
import threading
import warnings

#: The filters of warnings belong to the process: two threads must not put them back in the wrong order.
_FILTERS = threading.Lock()

#: What the parser raises for a text that is no Python (also a lone surrogate or a null byte) or nested too deeply.
REFUSALS = (SyntaxError, ValueError, RecursionError, MemoryError)


def tree_of(text: str) -> ast.Module:
    """The syntax tree of a text; nothing is compiled or run. Raises one of `REFUSALS`."""
    with _FILTERS, warnings.catch_warnings():
        # a bad escape in a string is no concern of ours, also where the user makes errors of warnings
        warnings.simplefilter("ignore")
        flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        tree = compile(text, "<source>", "exec", flags, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    return tree
