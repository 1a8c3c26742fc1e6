"""Which functions have a part in training, so that a walk needs not enter the others.

A function takes part if it switches modes, clears or makes gradients, steps, trains or evaluates by its name, runs a
network, or calls a function that does.
That holds in every context, so it is found out once for the file at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

from torchlint.semantics.functions import Class, Function
from torchlint.semantics.knowledge import training as known
from torchlint.semantics.layers import is_self
from torchlint.semantics.nodes import Attr, Call, Node, Param, strip
from torchlint.semantics.operations import is_plain
from torchlint.semantics.values import ClassValue, FunctionValue, Instance, Opaque, Value

if TYPE_CHECKING:
    from pathlib import Path

    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Module

V = TypeVar("V")

_KEYS = frozenset(
    {"backward", "step", "eval", "train", "zero_grad", "no_grad", "inference_mode", "set_grad_enabled", "unscale_"}
)

#: Without one of these, no walk can find anything: nothing is trained, and no network is in a mode that was asked for.
_TELLING = frozenset({"step", "load_state_dict", "train"})
#: Calls are followed this far.
MAX_DEPTH = 5
#: Nodes visited for one question.
FUEL = 8000


#: Functions that are looked at for one program: one that has more is walked.
MAX_FUNCTIONS = 400


class Relevance:
    def __init__(self) -> None:
        self._known: dict[tuple[Path | None, int], bool] = {}
        #: what was found out of single functions, which many questions lead through
        self._called: dict[int, list[Function]] = {}
        self._direct: dict[int, bool] = {}
        self._runs: dict[int, bool] = {}

    def may_tell(self, functions: Iterable[Function], evaluator: Evaluator) -> bool:
        """Whether a program that leads through these functions may do something that a rule reports.

        Where it is not known what a method is called on, it may be any of that name in the files on the way.
        """
        waiting = list(functions)
        if any(map(_tells, waiting)):
            return True
        seen = {id(function) for function in waiting}
        modules: dict[int, Module] = {}
        names: set[str] = set()
        with evaluator.aside(FUEL):
            while waiting:
                function = waiting.pop()
                if evaluator.fuel < 0 or len(seen) > MAX_FUNCTIONS:
                    return True
                following = [*self._callees(function, evaluator), *function.inner]
                called = _open_names(function, evaluator) - names
                for module in modules.values():
                    following += _named(module, called)
                names |= called
                if id(function.module) not in modules:
                    modules[id(function.module)] = function.module
                    following += _named(function.module, names)
                for other in following:
                    if id(other) not in seen:
                        # looked at before it is followed: that takes the time
                        if _tells(other):
                            return True
                        seen.add(id(other))
                        waiting.append(other)
        return False

    def takes_part(self, function: Function, evaluator: Evaluator) -> bool:
        """Whether entering `function` can show something of training."""
        key = (function.module.file, function.n)
        found = self._known.get(key)
        if found is None:
            self._known[key] = False  # a recursive function, until something is found
            with evaluator.aside(FUEL):
                found = self._known[key] = self._search(function, evaluator)
        return found

    def _search(self, function: Function, evaluator: Evaluator) -> bool:
        """Whether one of the functions that `function` leads to takes part, the nearest first."""
        level, seen = [function], {id(function)}
        for _ in range(MAX_DEPTH + 1):
            following: list[Function] = []
            for current in level:
                if self._is_direct(current) or self._known.get((current.module.file, current.n)):
                    return True
            for current in level:
                if evaluator.fuel < 0:
                    return False
                if self._runs_network(current, evaluator):
                    return True
                fresh = [callee for callee in self._callees(current, evaluator) if id(callee) not in seen]
                seen |= {id(callee) for callee in fresh}
                following += fresh
            level = following
        return False

    def _is_direct(self, function: Function) -> bool:
        known = self._direct.get(id(function))
        if known is None:
            known = self._direct[id(function)] = _direct(function)
        return known

    def _runs_network(self, function: Function, evaluator: Evaluator) -> bool:
        return _once(self._runs, _runs_network, function, evaluator)

    def _callees(self, function: Function, evaluator: Evaluator) -> list[Function]:
        return _once(self._called, _callees, function, evaluator)


def _once(kept: dict[int, V], find: Callable[[Function, Evaluator], V], function: Function, evaluator: Evaluator) -> V:
    """What is found out of a function, kept if nothing was missing then."""
    found = kept.get(id(function))
    if found is None:
        found = find(function, evaluator)
        if evaluator.is_whole:
            kept[id(function)] = found
    return found


def _tells(function: Function) -> bool:
    for call in function.calls:
        name = getattr(call.func, "name", None)
        if name is not None and (name in _TELLING or known.is_backward(name)):
            return True
        if name is not None and name.startswith(known.FAMILIES):
            if call.keyword("pretrained") is not None or call.keyword("weights") is not None:
                return True  # `models.resnet50(weights="DEFAULT")` is trained already
    return False


def _open_names(function: Function, evaluator: Evaluator) -> set[str]:
    """The names of the methods that a function calls on what may be another object in another call."""
    return {
        call.func.name for call in function.calls if isinstance(call.func, Attr) and not evaluator.is_fixed(call.func)
    }


def _named(module: Module, names: set[str]) -> list[Function]:
    """The functions of a file with one of these names."""
    index = module.functions_by_name
    return [function for name in sorted(names & index.keys()) for function in index[name]]


def _direct(function: Function) -> bool:
    named = known.is_evaluation(function.name) or known.is_utterance(function.name) or known.is_training(function.name)
    if named and function.calls:
        return True
    if function.cls is not None and "forward" in function.cls.methods and function.name not in ("forward", "__init__"):
        # `net.encode(x)`, which asks layers of the network
        if any(
            isinstance(call.func, Attr) and is_self(call.func.base, function) and call.args for call in function.calls
        ):
            return True
    for call in function.calls:
        func = call.func
        if isinstance(strip(func), Param) and call.args:
            return True  # `model(x)`: a network that is handed in
        if isinstance(func, Attr) and func.name == "forward" and isinstance(strip(func.base), Param) and call.args:
            return True  # the same by its inner name, as in `loss = net.loss(x)`
        if getattr(func, "name", None) in known.CLIPPING:
            return True
        if isinstance(func, Attr) and func.name.endswith("_") and _on_gradient(func.base):
            return True
        if isinstance(func, Attr) and (func.name in _KEYS or known.is_backward(func.name) or "zero_grad" in func.name):
            return True
    if any(isinstance(store.target, Attr) and store.target.name in ("grad", "_grad") for store in function.stores):
        return True
    for decorator in function.decorators:
        node = decorator.func if isinstance(decorator, Call) else decorator
        if isinstance(node, Attr) and node.name in _KEYS:
            return True
    return any(inner.is_lambda is False and _direct(inner) for inner in function.inner)


def _runs_network(function: Function, evaluator: Evaluator) -> bool:
    """Whether a function calls a network that it doesn't belong to itself (`self.encoder(images)` of a trainer)."""
    if function.cls is not None and _is_network(function.cls, evaluator):
        return False
    return any(
        _may_be_network(value, evaluator)
        for call in function.calls
        if (call.args or call.keywords) and not is_plain(call)
        for value in evaluator.values(call.func, None)
    )


def _may_be_network(value: Value, evaluator: Evaluator) -> bool:
    if isinstance(value, Instance):
        return value.last == "Sequential" if value.cls is None else _is_network(value.cls, evaluator)
    return isinstance(value, Opaque) and isinstance(value.node, Param)  # `self.model` that was handed in


def _is_network(cls: Class, evaluator: Evaluator) -> bool:
    return any(name.endswith((".Module", ".Sequential")) for name in evaluator.external_bases(cls))


def _on_gradient(node: Node) -> bool:
    """`p.grad` or `p.grad.data`."""
    while isinstance(node, Attr):
        if node.name == "grad":
            return True
        node = node.base
    return False


def _callees(function: Function, evaluator: Evaluator) -> list[Function]:
    found = []
    for call in function.calls:
        if is_plain(call):
            continue
        for value in evaluator.values(call.func, None):
            if isinstance(value, FunctionValue):
                found.append(value.function)
            elif isinstance(value, ClassValue):
                method = evaluator.find_method(value.cls, "__init__")
                if method is not None:
                    found.append(method)
            elif isinstance(value, Instance) and value.cls is not None:
                method = evaluator.find_method(value.cls, "__call__")
                if method is not None:
                    found.append(method)
            elif isinstance(value, Opaque) and isinstance(call.func, Attr) and not _makes_layers(function, evaluator):
                inherited = evaluator.calls.super_method(call.func, None)
                if inherited is not None:
                    found.append(inherited[0])
    return found


def _makes_layers(function: Function, evaluator: Evaluator) -> bool:
    """Whether a function makes the layers of a network, as most that call `super().__init__()` do."""
    return function.name == "__init__" and function.cls is not None and _is_network(function.cls, evaluator)
