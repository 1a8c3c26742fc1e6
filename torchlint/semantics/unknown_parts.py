"""Networks that hold parts of which nothing is known: handed in, or made where the engine doesn't see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.semantics.checkpoints import drops_nothing
from torchlint.semantics.functions import Class
from torchlint.semantics.layers import is_attribute, own_attribute
from torchlint.semantics.nodes import Binary, Comprehension, Display, Item, Node, Starred
from torchlint.semantics.values import Container, Context, Instance, Opaque, Value

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator

#: Networks in networks, and lists in lists, are followed this far.
MAX_DEPTH = 6
#: Modules that are no more than the parts that they are given.
ROWS = frozenset({"Sequential", "ModuleList"})


class UnknownParts:
    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        #: networks in question: their class, and the call that makes them
        self._asked: set[tuple[int, int]] = set()
        self._open: dict[int, bool] = {}

    def is_open(self, value: Value) -> bool:
        """Whether a network holds parts that are handed in or made where the engine doesn't see."""
        if not isinstance(value, Instance):
            return False
        if value.cls is None:
            return value.last in ROWS and self._row_open(value)
        found = self._open.get(id(value))
        if found is None:
            made = (id(value.cls), id(value.call))
            if made in self._asked:
                return False
            self._asked.add(made)
            try:
                found = self._open[id(value)] = self._parts_open(value, value.cls)
            finally:
                self._asked.remove(made)
        return found

    def _row_open(self, row: Instance) -> bool:
        """Whether a Sequential or ModuleList holds such a part, as far as it is seen what goes into it."""
        layers = self.evaluator.children(row)
        if layers is None and row.call is not None:
            layers = [(given, row.context) for given in row.call.args]
        return any(self._is_unknown(*layer) for layer in layers or ())

    def _is_unknown(self, node: Node, context: Context | None, depth: int = 0) -> bool:
        """Whether a layer, or one in a list of layers, is of unknown make."""
        plain = node.base if isinstance(node, Starred) else node
        return any(self._value_unknown(value, depth) for value in self.evaluator.values(plain, context))

    def _value_unknown(self, value: Value, depth: int) -> bool:
        if isinstance(value, Container):
            inner = self.evaluator.grown(value)
        elif not isinstance(value, Opaque):
            return self.is_open(value)
        elif isinstance(value.node, Comprehension):
            inner = [(value.node.element, value.context)]
        elif isinstance(value.node, Binary) and value.node.op in ("Add", "Multiply"):
            # lists put together, or one that is repeated
            lists = [part for part in value.node.parts() if value.node.op == "Add" or isinstance(part, Display)]
            inner = [(part, value.context) for part in lists]
        else:
            return True
        return depth < MAX_DEPTH and any(self._is_unknown(*layer, depth + 1) for layer in inner)

    def _parts_open(self, network: Instance, cls: Class) -> bool:
        for owner in self.evaluator.mro(cls):
            for method in owner.methods.values():
                for store in method.stores:
                    name = own_attribute(store, method)
                    if name is None:
                        continue
                    for part in self.evaluator.attribute(network, name):
                        if isinstance(part, Opaque) and self._is_called(cls, name) and not self._is_known(part):
                            return True
                        if isinstance(part, Instance) and part.cls is not cls and self.is_open(part):
                            return True
        return False

    def _is_known(self, part: Opaque) -> bool:
        """Whether a part is of a checkpoint that has no Dropout, or is some of those of a network that is looked at
        itself: `self.layers[:-2]`.
        """
        if drops_nothing(part, self.evaluator):
            return True
        if not isinstance(part.node, Item):
            return False
        whole = self.evaluator.values(part.node.base, part.context)
        return bool(whole) and all(isinstance(value, Instance) for value in whole) and not any(map(self.is_open, whole))

    def _is_called(self, cls: Class, name: str) -> bool:
        return any(
            is_attribute(call.func, name, method)
            for owner in self.evaluator.mro(cls)
            for method in owner.methods.values()
            for call in method.calls
        )
