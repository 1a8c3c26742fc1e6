"""Is a network sensitive to train and eval: does it apply Dropout or BatchNorm?

The question is asked of one object, with the arguments that it was created with: a layer that is only made under
an option which this object doesn't choose (`if use_bn:`), or only applied under one, doesn't count.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Protocol

from torchlint.semantics.born_in_eval import gives_in_eval, is_made_in_eval, is_put_in_eval
from torchlint.semantics.functions import Class, Function
from torchlint.semantics.heads import is_plain_part, is_used_in_part, whole_network
from torchlint.semantics.knowledge import training as known
from torchlint.semantics.layers import is_attribute, is_self
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Call,
    Choice,
    Display,
    Element,
    Free,
    Item,
    Join,
    Node,
    Param,
    Starred,
    strip,
)
from torchlint.semantics.operations import called_name
from torchlint.semantics.options import Options
from torchlint.semantics.unknown_parts import ROWS, UnknownParts
from torchlint.semantics.usage import COMMENT
from torchlint.semantics.values import (
    ClassValue,
    Constant,
    Context,
    External,
    FunctionValue,
    Instance,
    Opaque,
    Value,
)

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.places import Places

#: Functions and classes are followed this far.
MAX_DEPTH = 6
#: What goes through the parts of a network without their names.
_PARTS_UNNAMED = (b"children()", b"modules()", b"getattr", b"_modules", b"vars(", b"__dict__")
#: Where something begins that is part of no class.
_EDGE = re.compile(r"""^[^\s#)\]}"']""", re.MULTILINE)
#: Nodes visited for one network.
FUEL = 16_000


class Settings(Protocol):
    """What is known of the settings of a network: what they are for certain, or what they are as a rule."""

    def constant(self, node: Node, context: Context | None, /) -> object: ...


class Sensitivity:
    def __init__(self, evaluator: Evaluator, places: Places) -> None:
        self.evaluator = evaluator
        self.places = places
        self.options = Options(evaluator)
        self.is_open = UnknownParts(evaluator).is_open
        self._certain: dict[int, bool] = {}
        #: networks in question: their class, and the call that makes them
        self._asked: set[tuple[int, int]] = set()
        self._possible: dict[int, bool] = {}

    def is_certain(self, value: Value) -> bool:
        """Whether a network applies a layer that computes something else in eval mode."""
        if isinstance(value, Opaque):
            return self.places.made_by_factory(value) and not is_plain_part(value, self.evaluator)
        if not isinstance(value, Instance):
            return False
        if value.cls is None:
            return self._external(value)
        found = self._certain.get(id(value))
        if found is None:
            made = (id(value.cls), id(value.call))
            if made in self._asked:
                # a network that contains itself, or an object that makes another of its kind, as that one does
                return False
            self._asked.add(made)
            try:
                found = self._certain[id(value)] = self._class_holds(value.cls, value, value) or (
                    value.call is not None and self._parts_hold(value)
                )
            finally:
                self._asked.remove(made)
        return found

    def is_possible(self, value: Value) -> bool:
        """The same under some choice of its options."""
        if isinstance(value, Instance) and value.cls is not None:
            value = self.evaluator.some_instance(value.cls)
        return self.is_possible_as_made(value)

    def is_possible_as_made(self, value: Value) -> bool:
        """The same under some choice of the options that whoever makes it leaves open."""
        if not isinstance(value, Instance) or value.cls is None:
            return self.is_certain(value)
        found = self._possible.get(id(value))
        if found is None:
            self._possible[id(value)] = False
            found = self._possible[id(value)] = self._class_holds(value.cls, value, None)
        return found

    def is_none(self, value: Value) -> bool:
        """Whether every layer of a network is known, and none computes something else in eval mode."""
        if not isinstance(value, Instance) or value.cls is None or not self.places.is_module(value):
            return False
        return not (self.is_certain(value) or self.is_possible(value) or self.is_open(value))

    def _external(self, value: Instance) -> bool:
        if value.name.startswith(known.MODEL_FACTORIES):
            return True
        if value.last in ROWS:
            whole = whole_network(value, self.evaluator)
            if whole is not None:
                return self.is_certain(whole) and not is_plain_part(value, self.evaluator)
            return any(
                self.is_certain(child)
                for item in self.evaluator.children(value) or ()
                for child in self.evaluator.values(*item)
            )
        return self._layer(value.last, value.call, value.context, self.options)

    def _layer(self, name: str, call: Call | None, context: Context | None, settings: Settings) -> bool:
        if name in known.MODE_LAYERS:
            position = known.MODE_LAYERS[name]
            if position is not None and call is not None:
                rate = call.args[position] if len(call.args) > position else call.keyword("p")
                if rate is not None and _is_nothing(rate, context, settings):
                    return False
            if call is None:
                return True
            # statistics that are those of the last batch alone are no statistics of the data: batches are meant
            if self.evaluator.constant(call.keyword("momentum"), context) in (1, 1.0):
                return False
            return self.evaluator.constant(call.keyword("track_running_stats"), context) is not False
        if name in known.OPTIONAL_DROPOUT and call is not None:
            rate = call.keyword("dropout")
            if name in known.STACKED:
                # dropout stands between the layers of a stack
                layers = call.args[2] if len(call.args) > 2 else call.keyword("num_layers")
                if layers is None or settings.constant(layers, context) == 1:
                    return False
            return rate is not None and settings.constant(rate, context) not in (0, 0.0)
        return False

    # ----------------------------------------------------- classes of the project

    def _class_holds(self, cls: Class, made: Instance, network: Instance | None) -> bool:
        """Whether a class makes or applies such a layer: in this network for certain, or, without one, under some
        options. `made` is the object that tells what its options are.
        """
        gated = self._idle_attributes(cls)
        if network is not None:
            gated |= self._gated_attributes(cls)
        for owner in self.evaluator.mro(cls):
            for method in owner.methods.values():
                frame = None
                if made.call is not None:
                    frame = self.evaluator.method_frame(method, made)
                if self._function_holds(method, frame, network, gated, 0):
                    return True
            for base in owner.bases:
                for value in self.evaluator.values(base, None):
                    if isinstance(value, External) and value.name.startswith(known.MODEL_FACTORIES):
                        return True
        return False

    def _parts_hold(self, network: Instance) -> bool:
        """Whether a network that this very object was given, in train mode, is mode-sensitive (`Head(backbone)`)."""
        assert network.cls is not None
        names = {
            store.target.name
            for owner in self.evaluator.mro(network.cls)
            for method in owner.methods.values()
            for store in method.stores
            if isinstance(store.target, Attr) and _is_given(store.value)
        }
        return any(
            isinstance(part, Instance)
            and self.places.is_module(part)
            and not is_made_in_eval(part)
            and self.is_certain(part)
            for name in sorted(names)
            for part in self.evaluator.attribute(network, name)
        )

    def _function_holds(
        self, function: Function, context: Context | None, network: Instance | None, gated: set[str], depth: int
    ) -> bool:
        """Whether a function creates or applies a mode-sensitive layer, itself or through what it calls."""
        if depth > MAX_DEPTH or self.evaluator.fuel < 0:
            return False
        stored = {id(store.value): store.target.name for store in function.stores if isinstance(store.target, Attr)}
        for call in function.calls:
            attribute = stored.get(id(call))
            if attribute in gated or (context is not None and not self.evaluator.feasible(call.guards, context)):
                continue
            if network is not None:
                if any(self._is_off(*guard, context) for guard in call.guards):
                    continue
                if attribute is not None and not self._is_applied(network, attribute):
                    continue
                if is_put_in_eval(call, function):
                    continue
            for callee in self.evaluator.values(call.func, context):
                if self._call_holds(callee, call, function, context, network, gated, depth):
                    return True
            if isinstance(call.func, Free) and call.func.name in ("isinstance", "issubclass"):
                continue
            for argument in (*call.args, *(value for _, value in call.keywords)):
                # `block(nn.BatchNorm2d)`: the layer class is handed on
                for value in self.evaluator.values(argument, context) if isinstance(argument, (Attr, Free)) else ():
                    if isinstance(value, External) and value.last in known.MODE_LAYERS and "nn" in value.name:
                        return True
        return False

    def _call_holds(
        self,
        callee: Value,
        call: Call,
        function: Function,
        context: Context | None,
        network: Instance | None,
        gated: set[str],
        depth: int,
    ) -> bool:
        if isinstance(callee, External):
            # a default is no promise: some other choice of the options is possible
            settings = self.evaluator if network is None else self.options
            # a layer that is built in each forward is in train mode whatever the network is in
            is_part = function.name != "forward" or not function.is_method
            return (
                (is_part and callee.last[:1].isupper() and self._layer(callee.last, call, context, settings))
                or (callee.name.startswith(known.MODEL_FACTORIES) and not is_used_in_part(callee.name, call))
                or (
                    callee.last.startswith("dropout")
                    and _follows_mode(call)
                    and not _drops_none(call, context, settings)
                )
            )
        if isinstance(callee, ClassValue):
            holds = self.is_possible_as_made if network is None else self.is_certain
            if context is None or context.depth > MAX_DEPTH:
                return holds(self.evaluator.some_instance(callee.cls))
            return any(holds(part) for part in self.evaluator.called(callee, call, context))
        if isinstance(callee, FunctionValue) and callee.self_value is None and callee.function is not function:
            if network is not None and gives_in_eval(callee.function):
                return False
            frame = self.evaluator.entered(callee, call, context) if context is not None else None
            return self._function_holds(callee.function, frame, network, gated, depth + 1)
        return False

    def _is_off(self, cond: Node, wanted: bool, context: Context | None) -> bool:
        """Whether a layer stands under a condition that fails, or under an option that is off unless it is given
        (`if dropout:`).
        """
        holds = self.options.truth(cond, context) if context is not None else None
        if holds is not None:
            return holds is not wanted
        cond = strip(cond)
        if not isinstance(cond, Param) or cond.default is None:
            return False
        values = self.evaluator.values(cond.default, None)
        return wanted and all(isinstance(value, Constant) and not value.value for value in values)

    def _is_applied(self, network: Instance, name: str) -> bool:
        """Whether a layer of this network is used: False if each call of it stands under a condition that fails."""
        assert network.cls is not None
        calls = [
            (call, method)
            for owner in self.evaluator.mro(network.cls)
            for method in owner.methods.values()
            for call in method.calls
            if is_attribute(call.func, name, method)
        ]
        if not calls or network.call is None:
            return True
        return any(
            self.evaluator.feasible(call.guards, self.evaluator.frame(method, None, None, network))
            for call, method in calls
        )

    def _idle_attributes(self, cls: Class) -> set[str]:
        """Attributes that are layers and that the class and its bases don't name a second time."""
        classes = self.evaluator.mro(cls)
        stored = Counter(
            store.target.name
            for owner in classes
            for method in owner.methods.values()
            for store in method.stores
            if isinstance(store.target, Attr) and isinstance(strip(store.value), Call)
        )
        sources = [_source(owner) for owner in classes]
        if any(word in data for data in sources for word in _PARTS_UNNAMED):
            return set()
        mentioned = Counter(name for data in sources for name in re.findall(rb"\.(\w+)", data))
        return {name for name, count in stored.items() if mentioned[name.encode()] <= count}

    def _gated_attributes(self, cls: Class) -> set[str]:
        """Attributes that are layers applied only under an argument of the method (`if is_training:`)."""
        gated: set[str] = set()
        free: set[str] = set()
        for owner in self.evaluator.mro(cls):
            for method in owner.methods.values():
                for call in method.calls:
                    func = strip(call.func)
                    if isinstance(func, Attr) and is_self(func.base, method):
                        under = any(isinstance(strip(cond), Param) for cond, _ in call.guards)
                        (gated if under else free).add(func.name)
        return gated - free


def _source(cls: Class) -> bytes:
    """The text of a class, up to what stands behind it at the edge of its file, without comments."""
    text = cls.module.source.text
    begin = re.search(rf"\bclass\s+{cls.name}\b", text)
    start = begin.end() if begin is not None else 0
    end = _EDGE.search(text, start)
    return COMMENT.sub(b"", text[start : end.start() if end is not None else len(text)].encode())


def _is_given(node: Node) -> bool:
    """Whether a part is handed in, perhaps in a list: `self.heads = nn.ModuleList(heads)`."""
    node = strip(node)
    parts = node.args if isinstance(node, Call) and called_name(node) in ROWS else (node,)
    return any(isinstance(strip(part.base if isinstance(part, Starred) else part), Param) for part in parts)


def _drops_none(call: Call, context: Context | None, settings: Settings) -> bool:
    """Whether the probability of a call of `F.dropout` is 0 in this network."""
    rate = call.args[1] if len(call.args) > 1 else call.keyword("p")
    return rate is not None and _is_nothing(rate, context, settings)


def _is_nothing(rate: Node, context: Context | None, settings: Settings) -> bool:
    """Whether a rate of dropout is 0, or left to each call: `def forward(self, x, drop): ...`."""
    plain = strip(rate)
    if isinstance(plain, Param) and plain.function.name == "forward":
        return True
    return _is_zero(rate, context, settings)


def _is_zero(rate: Node, context: Context | None, settings: Settings, depth: int = 0) -> bool:
    """Whether a number, or each in a list of them, is 0: `p` in `for p in [dropout] * layers`, where `dropout` is."""
    rate = strip(rate)
    if settings.constant(rate, context) in (0, 0.0):
        return True
    if depth > MAX_DEPTH:
        return False
    if isinstance(rate, (Element, Item)):
        return _is_zero(rate.base, context, settings, depth + 1)
    zeros = [_is_zero(part, context, settings, depth + 1) for part in rate.parts()]
    if isinstance(rate, Binary) and rate.op == "Multiply":
        return any(zeros)
    return isinstance(rate, (Choice, Join, Display)) and bool(zeros) and all(zeros)


def _follows_mode(call: Call) -> bool:
    """`F.dropout(x, training=self.training)`."""
    training = call.keyword("training") or (call.args[2] if len(call.args) > 2 else None)
    return isinstance(training, Attr) and training.name == "training"
