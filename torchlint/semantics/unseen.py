"""What code that isn't followed may do with the networks and optimizers that it is given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.semantics.decorators import is_wrapped
from torchlint.semantics.knowledge import training as known
from torchlint.semantics.membership import parts_of
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Call,
    Compare,
    Comprehension,
    Const,
    Display,
    FunctionRef,
    Mapping,
    Node,
    Starred,
    Unary,
    strip,
)
from torchlint.semantics.operations import called_name
from torchlint.semantics.traces import calls_within
from torchlint.semantics.values import Container, External, FunctionValue, Instance, Opaque, Value

if TYPE_CHECKING:
    from torchlint.semantics.execution import Walk
    from torchlint.semantics.training import State, TrainingListener

#: words for modes in the name of a context manager, or of what it is given
_ABOUT_MODES = known.SWITCHES | {"training", "evaluating", "evaluation", "inference", "mode"}
_STEPS = frozenset({"zero_grad", "backward", "step"})

#: what is no optimizer, whatever it is made of
_NO_OBJECTS = (Binary, Compare, Comprehension, Const, Display, FunctionRef, Mapping, Unary)

#: methods of scalers, accelerators and loggers that are given an optimizer and leave its gradients alone
_HARMLESS = frozenset(
    {"unscale_", "unscale_gradients", "prepare", "append", "update", "get_lr", "add_scalar", "info", "save"}
)


class Unseen:
    def __init__(self, listener: TrainingListener) -> None:
        self.listener, self.evaluator, self.places = listener, listener.evaluator, listener.places

    def around(self, name: str, call: Call, callees: tuple[Value, ...], walk: Walk[State], state: State) -> None:
        """What happens around a call, or through it: decorators, hooks, and switches that are handed on."""
        for network in self._switched(name, call, callees, walk):
            self.listener.noted += 1
            state.modes.mentioned(network, walk, self.listener)
        func = call.func
        if "hook" in name and isinstance(func, Attr) and self.places.is_optimizer(func.base, walk.context):
            state.gradients.uncertain(self.places.place(func.base, walk.context))
        if any(
            isinstance(callee, FunctionValue) and is_wrapped(self.evaluator, callee.function, _STEPS)
            for callee in callees
        ):
            self.listener.noted += 1
            state.gradients.unclear()

    def _switched(self, name: str, call: Call, callees: tuple[Value, ...], walk: Walk[State]) -> Iterator[Node]:
        """The networks whose mode may be another one after a call."""
        func = call.func
        if isinstance(func, Call) and called_name(func) == "getattr":
            yield from func.args[:1]  # getattr(net, mode)()
        if name in known.SWITCHES:
            if any(isinstance(callee, External) for callee in callees):
                yield from call.args[:1]  # nn.Module.eval(net)
        elif isinstance(func, Attr) and known.speaks_of_mode(name):
            if any(isinstance(callee, Opaque) for callee in callees):
                yield func.base  # net.set_train(), of a network of unknown make
        if name in ("apply", "map") and call.args:
            if any(map(_switches, self.evaluator.values(call.args[0], walk.context))):
                if isinstance(func, Attr):
                    yield func.base  # net.apply(freeze)
                for networks in call.args[1:]:
                    for value in self.evaluator.values(networks, walk.context):
                        if isinstance(value, Container):
                            yield from (item for item, _ in value.items)  # map(nn.Module.eval, nets)

    def managed(self, manager: Call, walk: Walk[State], state: State) -> None:
        """A context manager may put the networks that it is given into another mode for the length of its block, if it
        is called so: `accelerator.accumulate(net)` does not.
        """
        said = {*known.words(called_name(manager)), *(name for name, _ in manager.keywords if name is not None)}
        if not said & _ABOUT_MODES:
            return
        self.listener.noted += 1
        for argument in (*manager.args, *(value for _, value in manager.keywords)):
            listed = strip(argument)
            for network in listed.parts() if isinstance(listed, Display) else (argument,):
                state.modes.mentioned(network, walk, self.listener)

    def called(self, call: Call, callees: tuple[Value, ...], walk: Walk[State], state: State) -> None:
        """A call may do anything with the optimizer that it is given."""
        if callees and all(
            isinstance(c, External) and c.name.startswith(("torch.", "builtins.", "numpy.")) for c in callees
        ):
            return
        if callees and all(isinstance(c, External) and c.last[:1].isupper() for c in callees):
            return  # an object built around it: a scheduler, a dict
        unknown = not callees or any(isinstance(callee, Opaque) for callee in callees)
        for argument in (*call.args, *(value for _, value in call.keywords)):
            node = argument.base if isinstance(argument, Starred) else argument
            if isinstance(node, _NO_OBJECTS):
                continue
            values = self.evaluator.values(node, walk.context)
            if unknown:
                self._given(values, state)
            if any(isinstance(value, (Instance, Opaque)) for value in values) and self.places.is_optimizer(
                node, walk.context
            ):
                self.listener.noted += 1
                if not (isinstance(call.func, Attr) and call.func.name in _HARMLESS):
                    self.listener.stepping.may_step()
                    self.listener.replacing.handed(self.places.place(node, walk.context))
                    state.gradients.handed_over(self.places.place(node, walk.context))

    def _given(self, values: tuple[Value, ...], state: State) -> None:
        """A trainer is given to a callback of unknown make, which may do anything with its optimizers."""
        for value in values:
            if isinstance(value, Instance) and value.cls is not None and not self.places.is_module(value):
                for part in parts_of(value, self.listener):
                    if isinstance(part, Instance) and self.places.is_optimizer_value(part):
                        self.listener.noted += 1
                        state.gradients.handed_over(frozenset({self.places.key(part)}))


def _switches(value: Value) -> bool:
    """Whether a function switches modes, as `nn.Module.eval` does."""
    if isinstance(value, FunctionValue):
        return calls_within(value.function, known.SWITCHES)
    return isinstance(value, External) and value.last in known.SWITCHES
