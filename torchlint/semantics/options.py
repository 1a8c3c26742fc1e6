"""Options of the command line, and what they are unless somebody gives them.

An option may be anything, so its default is never taken for its value. It only tells how a program runs as a rule:
`--dropout` with a default of 0 is a network without Dropout for nearly everyone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.semantics.nodes import Attr, Boolean, Call, Compare, Item, Node, Unary, strip
from torchlint.semantics.truth import compare_constants
from torchlint.semantics.values import Constant, Instance, Opaque

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Module
    from torchlint.semantics.values import Context, Values

#: What `action=` says of an option that isn't given.
_UNGIVEN = {"store_true": False, "store_false": True}


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
        return self._default(value) if isinstance(value, Opaque) else None

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
            name: object = node.name
        elif isinstance(node, Item):
            name = self.evaluator.constant(node.index, option.context)
        else:
            return None
        found = {(type(default), default) for default in self._declared(name, node.base, option.context)}
        return found.pop()[1] if len(found) == 1 else None

    def _declared(self, name: object, options: Node, context: Context | None) -> Iterator[object]:
        """The defaults of an option: of the fields of a dataclass, or of parsers in the files in sight."""
        for value in self.evaluator.values(options, context):
            if isinstance(value, Instance) and value.cls is not None and isinstance(name, str):
                yield from self._constants(self.evaluator.objects.field_default(value.cls, name))
        for module in self._modules(options, context):
            for call in module.calls_by_name.get("add_argument", ()):
                if self._name(call) == name:
                    yield from self._of_argument(call)

    def _modules(self, options: Node, context: Context | None) -> Iterator[Module]:
        """The files that may declare options: the one that parses them, and those that the call leads through."""
        seen: dict[int, Module] = {}
        for value in self.evaluator.values(options, context):
            if isinstance(value, Opaque) and isinstance(value.node, Call):
                module = value.node.function.module
                seen[id(module)] = module
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

    def _of_argument(self, call: Call) -> Iterator[object]:
        default, action = call.keyword("default"), call.keyword("action")
        if default is not None:
            yield from self._constants(self.evaluator.values(default, None))
        elif action is not None:
            yield _UNGIVEN.get(str(self.evaluator.constant(action, None)))

    def _constants(self, values: Values) -> Iterator[object]:
        """What constants are; None for others, as for an option without a default."""
        for value in values:
            yield value.value if isinstance(value, Constant) else None
