"""Options of the command line, and what they are unless somebody gives them.

An option may be anything, so its default is never taken for its value. It only tells how a program runs as a rule:
`--dropout` with a default of 0 is a network without Dropout for nearly everyone.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Boolean,
    Call,
    Compare,
    Const,
    Item,
    Mapping,
    Node,
    Param,
    Unary,
    strip,
)
from torchlint.semantics.truth import compare_constants
from torchlint.semantics.values import Constant, Instance, Opaque

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Module
    from torchlint.semantics.values import Context, Values

#: What `action=` says of an option that isn't given.
_UNGIVEN = {"store_true": False, "store_false": True}

_ARITHMETIC = {"Add": operator.add, "Subtract": operator.sub, "Multiply": operator.mul}


class Options:
    """Finds the `add_argument` behind `args.dropout`."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator

    def constant(self, node: Node, context: Context | None) -> object:
        """The constant that a node is, or else the default of the option that it is, else None."""
        values = self.evaluator.values(node, context)
        if len(values) != 1:
            return None
        value = values[0]
        if isinstance(value, Constant):
            return value.value
        if isinstance(value, Opaque) and isinstance(value.node, Binary):
            return self._computed(value.node, value.context)
        return self._default(value) if isinstance(value, Opaque) else None

    def _computed(self, node: Binary, context: Context | None) -> object:
        """`1 - args.keep`."""
        left, right = self.constant(node.left, context), self.constant(node.right, context)
        if node.op not in _ARITHMETIC or not isinstance(left, (int, float)) or not isinstance(right, (int, float)):
            return None
        return _ARITHMETIC[node.op](left, right)

    def truth(self, cond: Node, context: Context | None) -> bool | None:
        """Whether a condition holds if no option is given; None if that is not known, or depends on no option."""
        cond = strip(cond)
        known = self.evaluator.truth(cond, context)
        if known is not None:
            return known
        if isinstance(cond, Unary) and cond.op == "Not":
            inner = self.truth(cond.operand, context)
            return None if inner is None else not inner
        if isinstance(cond, Boolean):
            decisive = cond.op == "Or"
            sides = self.truth(cond.left, context), self.truth(cond.right, context)
            return decisive if decisive in sides else None if None in sides else not decisive
        if isinstance(cond, Compare):
            left, right = (self.constant(side, context) for side in (cond.left, cond.right))
            return None if left is None or right is None else compare_constants(cond.op, left, right)
        found = self.constant(cond, context)
        return None if found is None else bool(found)

    def _default(self, option: Opaque) -> object:
        """The default of `args.name` or `args["name"]`, if all that is seen of it agrees."""
        node = option.node
        if isinstance(node, Attr):
            declared = self._of_attribute(node, option.context)
        elif isinstance(node, Item):
            declared = self._of_item(node, option.context)
        else:
            return None
        found = {(type(default), default) for default in declared}
        return found.pop()[1] if len(found) == 1 else None

    def _of_attribute(self, node: Attr, context: Context | None) -> Iterator[object]:
        """The defaults of the fields of dataclasses, and of the arguments of parsers in sight."""
        for value in self.evaluator.values(node.base, context):
            if isinstance(value, Instance) and value.cls is not None:
                yield from _constants(self.evaluator.objects.field_default(value.cls, node.name))
        modules = list(self._modules(node.base, context))
        declared = [default for module in modules for default in self._of_parsers(module, node.name)]
        yield from declared or self._of_importers(node.base, node.name)

    def _of_importers(self, options: Node, name: str) -> Iterator[object]:
        """What the scripts that import a file declare, where nothing else is seen of the options that it is given."""
        held = options
        while isinstance(held, Attr):
            held = held.base
        if isinstance(held, Param):
            module = held.function.module
            for script in module.project.importers(module, "add_argument"):
                yield from self._of_parsers(script, name)

    def _of_item(self, node: Item, context: Context | None) -> Iterator[object]:
        """The defaults of the arguments of parsers in sight, and what dictionaries hold: nobody sees how
        `tune.run(train, config=config)` calls `train(config)`.
        """
        name = self.evaluator.constant(node.index, context)
        for module in self._modules(node.base, context):
            yield from self._of_parsers(module, name)
            for key, value in _entries(module):
                if isinstance(key, Const) and key.value == name:
                    yield from _constants(self.evaluator.values(value, None))

    def _of_parsers(self, module: Module, name: object) -> Iterator[object]:
        for call in module.calls_by_name.get("add_argument", ()):
            if self._name(call) != name:
                continue
            default, action = call.keyword("default"), call.keyword("action")
            if default is not None:
                yield from _constants(self.evaluator.values(default, None))
            elif action is not None:
                yield _UNGIVEN.get(str(self.evaluator.constant(action, None)))

    def _modules(self, options: Node, context: Context | None) -> Iterator[Module]:
        """The files that may declare options: those of the parser, and those that the way here leads through."""
        seen: dict[int, Module] = {}
        for value in self.evaluator.values(options, context):
            if not isinstance(value, Opaque) or not isinstance(value.node, Call):
                continue
            places = [value.node]
            if isinstance(value.node.func, Attr):
                parsers = self.evaluator.values(value.node.func.base, value.context)
                places += [parser.call for parser in parsers if isinstance(parser, Instance) and parser.call]
            seen |= {id(place): place for place in (call.function.module for call in places)}
        frame = context
        while frame is not None:
            seen[id(frame.function.module)] = frame.function.module
            frame = frame.caller
        yield from seen.values()

    def _name(self, call: Call) -> object:
        """What the option of an `add_argument` is called in the result."""
        dest = call.keyword("dest")
        if dest is not None:
            return self.evaluator.constant(dest, None)
        flags = [flag for flag in (self.evaluator.constant(arg, None) for arg in call.args) if isinstance(flag, str)]
        long = [flag for flag in flags if flag.startswith("--")] or flags
        return long[0].lstrip("-").replace("-", "_") if long else None


def _entries(module: Module) -> Iterator[tuple[Node | None, Node]]:
    """The keys and values of the dictionaries that a file writes down under a name."""
    for function in module.functions:
        for values in function.bindings.values():
            for value in values:
                if isinstance(value, Mapping):
                    yield from value.items


def _constants(values: Values) -> Iterator[object]:
    """What constants are; None for others, as for an option without a default."""
    for value in values:
        yield value.value if isinstance(value, Constant) else None
