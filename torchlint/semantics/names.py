"""What a name means: a variable of an enclosing scope, an import, a member of another file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from torchlint.semantics.functions import Function
from torchlint.semantics.nodes import Call, Free, Imported, Node
from torchlint.semantics.values import Context, External, Namespace, Value, Values

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Module


class Names:
    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator

    def free(self, node: Free, context: Context | None) -> Values:
        scope: Function | None = node.scope
        first = True
        while scope is not None:
            if first or not scope.is_class_body:
                bindings = scope.bindings.get(node.name)
                if bindings:
                    frame = context.of(scope) if context is not None else None
                    return self.evaluator.union(self._possible(bindings, frame), frame)
            first = False
            scope = scope.parent
        return self._starred_name(node.scope.module, node.name, 0)

    def _possible(self, bindings: Sequence[Node], frame: Context | None) -> list[Node]:
        """What a name is given where no condition is known to fail; all of it if that leaves nothing."""
        if len(bindings) == 1:
            return list(bindings)
        possible = [
            node for node in bindings if not isinstance(node, Call) or self.evaluator.feasible(node.guards, frame)
        ]
        return possible or list(bindings)

    def _starred_name(self, module: Module, name: str, depth: int) -> Values:
        for path, level in module.star_imports:
            target = self.evaluator.project.find(module, path, level)
            if target is None:
                if not level and path.partition(".")[0] == "torch":
                    return (self.evaluator.intern(External, f"{path}.{name}"),)
                continue
            other = self.evaluator.project.module_at(target)
            if other is None:
                continue
            bindings = other.top.bindings.get(name)
            if bindings:
                return self.evaluator.union(bindings, None)
            if depth < 4:
                found = self._starred_name(other, name, depth + 1)
                if not (isinstance(found[0], External) and found[0].name.startswith("builtins.")):
                    return found
        return (self.evaluator.intern(External, f"builtins.{name}"),)

    def imported(self, node: Imported, context: Context | None) -> Values:
        target = self.evaluator.project.find(node.module, node.path, node.level)
        if target is None:
            return (self._external_import(node),)
        if node.name is None:
            return (self.evaluator.intern(Namespace, target),)
        return self.member(target, node.name, 0) or (self.evaluator.opaque(node, context),)

    def _external_import(self, node: Imported) -> Value:
        return self.evaluator.intern(External, f"{node.path}.{node.name}" if node.name else node.path)

    def member(self, path: Path, name: str, depth: int) -> Values:
        """What `name` is in the module or package at `path`."""
        module = self.evaluator.project.module_at(path) if path.suffix == ".py" else None
        if module is not None:
            bindings = module.top.bindings.get(name)
            if bindings:
                return self.evaluator.union(self._possible(bindings, None), None)
        submodule = self.evaluator.project.submodule(path, name)
        if submodule is not None:
            return (self.evaluator.intern(Namespace, submodule),)
        if module is not None and depth < 6:
            for star, level in module.star_imports:
                target = self.evaluator.project.find(module, star, level)
                if target is not None and target != path:
                    found = self.member(target, name, depth + 1)
                    if found:
                        return found
        return ()
