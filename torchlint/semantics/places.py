"""Objects that training code changes: which optimizer or module an expression means.

A *place* is a set of keys, one for each object that an expression can be. Known objects are their own key;
unknown ones are named by the path that leads to them (`self.optimizer`), so that two mentions meet.
"""

from __future__ import annotations

import weakref
from collections.abc import Hashable
from typing import TYPE_CHECKING

from torchlint.semantics.checkpoints import drops_nothing
from torchlint.semantics.functions import Class
from torchlint.semantics.heads import whole_network
from torchlint.semantics.knowledge import training as known
from torchlint.semantics.nodes import (
    Attr,
    Call,
    Choice,
    Display,
    Element,
    Entered,
    Free,
    Item,
    Join,
    Loop,
    Node,
    Param,
    Part,
    strip,
)
from torchlint.semantics.operations import called_name, whose_parameters
from torchlint.semantics.sensitivity import Sensitivity
from torchlint.semantics.values import (
    Constant,
    Context,
    External,
    FunctionValue,
    Instance,
    Namespace,
    Opaque,
    Value,
    plain,
)

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Module

Key = Hashable
Place = frozenset[Key]


class Places:
    """Finds places, and tells what kind of object stands there."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        # without a circle, so that both are freed at the end of a walk
        self.sensitivity = Sensitivity(evaluator, weakref.proxy(self))
        self._keys: dict[int, Key] = {}

    def place(self, node: Node, context: Context | None) -> Place:
        keys = set()
        for value in self.evaluator.values(node, context):
            if isinstance(value, Constant):
                continue  # `optimizer = None` until it is built
            keys.add(self.key(value))
        return frozenset(keys)

    def key(self, value: Value) -> Key:
        if not isinstance(value, Opaque):
            return value
        found = self._keys.get(id(value))
        if found is None:
            self._keys[id(value)] = value  # `env = env.env` in a loop leads to itself
            found = self._keys[id(value)] = self._path(value)
        return found

    def _path(self, value: Opaque) -> Key:
        node, context = value.node, value.context
        if isinstance(node, Attr):
            base = self.place(node.base, context)
            if node.name == "module" and len(base) == 1:
                return next(iter(base))  # what DataParallel wraps: its modes and gradients are those of the wrapper
            return (".", base, node.name)
        if isinstance(node, Item):
            index = self.evaluator.constant(node.index, context)
            return ("[]", self.place(node.base, context), index if isinstance(index, (str, int)) else id(node.index))
        if isinstance(node, Param):
            return ("param", id(node), id(context))
        return ("value", node, plain(context))

    def distinct(self, left: Place, right: Place) -> bool:
        """Whether two places are different objects for certain."""
        return not left & right and all(self._named(key) for key in (*left, *right))

    def _named(self, key: Key) -> bool:
        if isinstance(key, Instance):
            return key.call is not None
        if isinstance(key, tuple):
            return (
                key[0] in (".", "param")
                or (key[0] == "[]" and isinstance(key[2], str))
                or (key[0] == "value" and isinstance(key[1], Call))
            )
        return False

    # ------------------------------------------------------------ optimizers

    def is_optimizer(self, node: Node, context: Context | None) -> bool:
        """Whether `node` is an optimizer: by its class, or, if that is unknown, by the convention of its name."""
        values = self.evaluator.values(node, context)
        known_values = [v for v in values if isinstance(v, Instance)]
        if known_values:
            return all(self.is_optimizer_value(value) for value in known_values)
        return any(known.looks_like_optimizer(name) for name in names_of(node)) and all(
            isinstance(value, (Opaque, Constant)) for value in values
        )

    def is_optimizer_value(self, value: Instance) -> bool:
        if value.cls is None:
            return known.is_optimizer_class(value.name)
        return any(known.is_optimizer_class(base) for base in self.evaluator.external_bases(value.cls))

    def modules_of(self, optimizer: Key) -> set[Key] | None:
        """The modules whose parameters an optimizer was given; None if that is not known."""
        if not isinstance(optimizer, Instance) or optimizer.call is None:
            return None
        call = optimizer.call
        params = call.args[0] if call.args else call.keyword("params")
        if params is None:
            return None
        found: set[Key] = set()
        if (
            isinstance(strip(params), Display)
            and strip(params).parts()
            and all(
                isinstance(value, Opaque) and isinstance(value.node, Call)
                for item in strip(params).parts()
                for value in self.evaluator.values(item, optimizer.context)
            )
        ):
            return found  # tensors made by hand
        for value in self.evaluator.values(params, optimizer.context):
            network = whose_parameters(value.node) if isinstance(value, Opaque) else None
            if not isinstance(value, Opaque) or network is None:
                return None
            found |= self.place(network, value.context)
        return found

    # --------------------------------------------------------------- modules

    def is_module(self, value: Value) -> bool:
        """Whether a value is a network (an nn.Module whose training loop is written by hand)."""
        if isinstance(value, Instance):
            if value.cls is None:
                return value.name.startswith("torch.nn.") or value.name.startswith(known.MODEL_FACTORIES)
            bases = {name.rpartition(".")[2] for name in self.evaluator.external_bases(value.cls)}
            return bool(bases & {"Module", "Sequential", "ModuleList"}) and not bases & known.FRAMEWORK_MODULES
        return isinstance(value, Opaque) and self.made_by_factory(value)

    def made_by_factory(self, value: Opaque) -> bool:
        whole = whole_network(value, self.evaluator)
        if isinstance(whole, Opaque):
            value = whole
        return self.made_by(value, known.MODEL_FACTORIES)

    def is_modeless(self, value: Instance | Opaque) -> bool:
        """Whether it is of a library or file whose networks are the same in both modes, or a wrapper around one."""
        call = value.call if isinstance(value, Instance) else value.node
        wrapped = call.args if isinstance(call, Call) else ()
        inner = (part for argument in wrapped for part in self.evaluator.values(argument, value.context))
        return any(isinstance(part, Opaque) and self._is_from_modeless(part) for part in (value, *inner))

    def _is_from_modeless(self, value: Opaque) -> bool:
        """Whether it comes from such a library, which may itself be a part of the project."""
        if self.made_by(value, known.MODELESS_LIBRARIES) or drops_nothing(value, self.evaluator):
            return True  # as a library or a checkpoint has it
        if self._is_any_of_plain(value):
            return True
        makers = [value.context.function] if value.context is not None else []
        if isinstance(value.node, Call):
            callees = self.evaluator.values(value.node.func, value.context)
            makers += [callee.function for callee in callees if isinstance(callee, FunctionValue)]
        return any(self._is_inside(maker.module, known.MODELESS_LIBRARIES) for maker in makers)

    def _is_any_of_plain(self, value: Opaque) -> bool:
        """Whether it is `getattr(models, name)(...)` of a file in which no class has Dropout or BatchNorm."""
        made = strip(value.node.func) if isinstance(value.node, Call) else None
        if not isinstance(made, Call) or called_name(made) != "getattr" or not made.args:
            return False
        classes: list[Class] = []
        for base in self.evaluator.values(made.args[0], value.context):
            found = self.evaluator.project.module_at(base.path) if isinstance(base, Namespace) else None
            if found is None or not found.classes:
                return False
            classes += found.classes
        return bool(classes) and not any(
            self.sensitivity.is_possible(network) or self.sensitivity.is_open(network)
            for network in map(self.evaluator.some_instance, classes)
        )

    def _is_inside(self, module: Module, libraries: tuple[str, ...]) -> bool:
        """Whether a file of the project is a part of one of these libraries."""
        if module.file is None:
            return False
        for library in libraries:
            found = self.evaluator.project.find(module, library.rstrip("."), 0)
            # a package by its __init__.py; a folder without one, or a single file
            place = found.parent if found is not None and found.name == "__init__.py" else found
            if place is not None and place in (module.file, *module.file.parents):
                return True
        return False

    def made_by(self, value: Opaque, roots: tuple[str, ...]) -> bool:
        """Whether a value is what a function of one of these libraries gives."""
        if not isinstance(value.node, Call):
            return False
        return any(
            isinstance(callee, External) and callee.name.startswith(roots)
            for callee in self.evaluator.values(value.node.func, value.context)
        )


def made_in(key: Key, call: Call, context: Context | None) -> bool:
    """Whether an object is made by a call in a frame, or in the function that it enters, or in one that this enters."""
    maker: Node | None
    if isinstance(key, Instance):
        maker, frame = key.call, key.context
    elif isinstance(key, tuple) and key[0] == "value":
        maker, frame = key[1:]
        while isinstance(maker, (Part, Entered)):
            maker = strip(maker.base)  # one of several results, or what a `with` gives
    else:
        return False
    if maker is call:
        return plain(frame) is plain(context)
    while frame is not None:
        if frame.call is call:
            return isinstance(maker, Call) and plain(frame.caller) is plain(context)
        frame = frame.caller
    return False


def names_of(node: Node) -> set[str]:
    """What the program calls a value."""
    found: set[str] = set()
    queue, seen = [node], 0
    while queue and seen < 12:
        current = queue.pop()
        seen += 1
        if isinstance(current, (Loop, Param, Attr, Free)):
            found.add(current.name)
        if isinstance(current, Loop):
            queue += [current.init, current.next] if current.next is not None else [current.init]
        elif isinstance(current, Join):
            queue += current.options
        elif isinstance(current, Choice):
            queue += [current.yes, current.no]
        elif isinstance(current, (Item, Element)):
            queue.append(current.base)
    return found
