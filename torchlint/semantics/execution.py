"""A walk through a program in the order in which it runs: into the functions it calls, twice round its loops.

The walk knows nothing of training. It keeps the call stack, the enclosing loops and whether gradients are
recorded, chooses branches whose condition is known, and forks and merges the state of a `Listener` at the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from torchlint.semantics.decorators import manages_block, switches_grad_off
from torchlint.semantics.functions import Function
from torchlint.semantics.nodes import Call, Choice, Display, Element, Node
from torchlint.semantics.traces import Attempt, Bare, Branch, InPlace, Jump, LoopStep, Store, Trace, Within, is_to_fail
from torchlint.semantics.values import (
    ClassValue,
    Container,
    Context,
    External,
    FunctionValue,
    Instance,
    Opaque,
    Value,
)

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator

S = TypeVar("S")

#: Steps of one walk. Programs that take more are followed up to here.
BUDGET = 20_000
#: Calls on top of each other.
MAX_STACK = 12
#: A loop over this many constants or fewer is walked once for each of them.
MAX_UNROLLED = 4


#: Functions outside the project that keep the functions they are given for later.
_KEEP_FUNCTIONS = ("torch.", "builtins.", "signal.", "atexit.", "functools.", "typing.", "numpy.")


@dataclass(eq=False)
class Region:
    """A loop or a called function that is being walked; `trained` is set when gradients are computed inside."""

    loop: LoopStep | None
    function: Function
    trained: bool = False


@dataclass(frozen=True)
class Moment:
    """Where the walk stands: the calls that lead here, outermost first, and the frame of the innermost."""

    stack: tuple[Call, ...]
    context: Context | None
    function: Function


class Listener(Protocol[S]):
    """Follows a walk; `S` is the state that branches fork."""

    #: grows with all that may change a state: a loop in which it doesn't needs no second round
    noted: int

    def ignores(self, call: Call) -> bool:
        """Whether a call is of no interest, whatever is called."""

    def called(self, call: Call, callees: tuple[Value, ...], walk: Walk[S], state: S) -> bool:
        """A call. Return True if it needs not be entered."""

    def concerned(self, callee: Value) -> bool:
        """Whether the body of a function is of interest."""

    def managed(self, manager: Call, walk: Walk[S], state: S) -> None:
        """A context manager that isn't seen begins or ends: `with evaluating(net): ...`."""

    def stored(self, store: Store, walk: Walk[S], state: S) -> None: ...

    def updated(self, step: InPlace, walk: Walk[S], state: S) -> None: ...

    def mentioned(self, step: Bare, walk: Walk[S], state: S) -> None: ...

    def left(self, region: Region, walk: Walk[S], state: S) -> None: ...

    def copy(self, state: S) -> S: ...

    def merge(self, states: list[S]) -> S: ...

    def merge_objects(self, before: S, states: list[S]) -> S:
        """Merge what calls of several objects, of which only one is there in a run, made of the state `before`."""

    def assign(self, state: S, other: S) -> None:
        """Make `state`, which a caller holds, what `other` is."""


class Walk(Generic[S]):
    def __init__(self, evaluator: Evaluator, listener: Listener[S]) -> None:
        self.evaluator = evaluator
        self.listener = listener
        self.steps = 0
        self.stack: list[Call] = []
        self.regions: list[Region] = []
        #: states in which the current function was left by an early return
        self.exits: list[S] = []
        self.grad = True
        #: generators that manage a block, of which the part behind `yield` is walked now
        self._ending: list[Function] = []
        self.context: Context | None = None
        self.function: Function

    @property
    def complete(self) -> bool:
        """Whether nothing was left out because there was too much of it."""
        return self.steps <= BUDGET and self.evaluator.fuel >= 0

    @property
    def moment(self) -> Moment:
        return Moment(tuple(self.stack), self.context, self.function)

    def run(self, function: Function, context: Context | None, state: S) -> None:
        self.function, self.context = function, context
        region = Region(None, function)
        self.regions.append(region)
        before, self.grad = self.grad, self.grad and not switches_grad_off(self.evaluator, function)
        outer_exits, self.exits = self.exits, []
        after, _ = self._trace(function.trace, state)
        if self.exits:
            after = self.listener.merge([after, *self.exits])
        self.exits = outer_exits
        if after is not state:
            self.listener.assign(state, after)
        self.grad = before
        self.regions.pop()
        self.listener.left(region, self, state)

    # ----------------------------------------------------------------- steps

    def _trace(self, trace: Trace, state: S) -> tuple[S, str | None]:
        """Walk a block; returns the state after it and how it was left (None: at its end)."""
        for step in trace:
            self.steps += 1
            if self.steps > BUDGET or self.evaluator.fuel < 0:
                return state, "raise"
            if isinstance(step, Call):
                if not self._is_of_other_half(step.n):
                    self._call(step, state)
            elif isinstance(step, Store):
                if not self._is_of_other_half(step.target.n):
                    self.listener.stored(step, self, state)
            elif isinstance(step, InPlace):
                if not self._is_of_other_half(step.node.n):
                    self.listener.updated(step, self, state)
            elif isinstance(step, Branch):
                state, jump = self._branch(step, state)
                if jump is not None:
                    return state, jump
            elif isinstance(step, LoopStep):
                state = self._loop(step, state)
            elif isinstance(step, Within):
                if is_to_fail(step):
                    continue  # how far it comes is not known, and what it does is wrong on purpose
                before = self.grad
                for context in step.contexts:
                    switch = self._grad_switch(context)
                    if switch is not None:
                        self.grad = switch
                    self._manage(context, "__enter__", state)
                state, jump = self._trace(step.body, state)
                for context in reversed(step.contexts):
                    self._manage(context, "__exit__", state)
                self.grad = before
                if jump is not None:
                    return state, jump
            elif isinstance(step, Attempt):
                state, jump = self._attempt(step, state)
                if jump is not None:
                    return state, jump
            elif isinstance(step, Jump):
                return state, step.kind
            elif isinstance(step, Bare):
                self.listener.mentioned(step, self, state)
        return state, None

    def _branch(self, step: Branch, state: S) -> tuple[S, str | None]:
        known = self.evaluator.truth(step.cond, self.context)
        if known is not None:
            return self._trace(step.yes if known else step.no, state)
        other = self.listener.copy(state)
        yes, yes_jump = self._trace(step.yes, state)
        no, no_jump = self._trace(step.no, other)
        if yes_jump is not None and no_jump is not None:
            if yes_jump == no_jump:
                return self.listener.merge([yes, no]), yes_jump
            # the one that ends the block least: `continue` before `break` before `return` before `raise`
            order = ["continue", "break", "return", "raise"]
            return (yes, yes_jump) if order.index(yes_jump) <= order.index(no_jump) else (no, no_jump)
        if yes_jump == "continue" or no_jump == "continue":
            # skipping the rest of a round: the walk follows the path that does not skip
            return (no, None) if yes_jump is not None else (yes, None)
        if yes_jump is not None:
            if yes_jump == "return" and self.stack:
                self.exits.append(yes)
            return no, None
        if no_jump is not None:
            if no_jump == "return" and self.stack:
                self.exits.append(no)
            return yes, None
        return self.listener.merge([yes, no]), None

    def _attempt(self, step: Attempt, state: S) -> tuple[S, str | None]:
        state, jump = self._trace(step.body, state)
        if jump is None and step.orelse:
            state, jump = self._trace(step.orelse, state)
        if step.final:
            state, final = self._trace(step.final, state)
            jump = final or jump
        return state, jump

    def _loop(self, step: LoopStep, state: S) -> S:
        rounds = self._rounds(step)
        outer = self.context
        if rounds is not None:
            for frame in rounds:
                self.context = frame
                state, jump = self._round(step, state)
                if jump in ("return", "raise"):
                    break
            self.context = outer
            return state
        if step.kind == "while" and self.evaluator.truth(step.source, self.context) is False:
            return state
        for _ in range(1 if step.kind == "comprehension" else 2):
            noted = self.listener.noted
            state, jump = self._round(step, state)
            if jump in ("return", "raise") or self.listener.noted == noted:
                break
        return state

    def _round(self, step: LoopStep, state: S) -> tuple[S, str | None]:
        region = Region(step, self.function)
        self.regions.append(region)
        state, jump = self._trace(step.body, state)
        self.regions.pop()
        self.listener.left(region, self, state)
        return state, jump

    def _rounds(self, step: LoopStep) -> list[Context] | None:
        """One frame for each element of a short constant sequence (`for phase in ("train", "val")`)."""
        if step.kind != "for" or not isinstance(step.target, Element):
            return None
        values = self.evaluator.values(step.source, self.context)
        if (
            len(values) != 1
            or not isinstance(values[0], Container)
            or not values[0].exact
            or values[0].keys is not None
        ):
            return None
        container = values[0]
        if not isinstance(container.node, Display) or not 1 <= len(container.items) <= MAX_UNROLLED:
            return None
        if any(isinstance(value, Opaque) for item in container.items for value in self.evaluator.values(*item)):
            return None
        return [self.evaluator.picking(self.context, self.function, step.target, item) for item in container.items]

    # ----------------------------------------------------------------- calls

    def _call(self, call: Call, state: S) -> None:
        if self.listener.ignores(call):
            return
        if not self.evaluator.feasible(call.guards[-1:], self.context):
            return  # `model(x) if prior is None else model(x, prior)`
        callees = self.evaluator.callees(call, self.context)
        if self.listener.called(call, callees, self, state):
            return
        frames = []
        for callee in callees[:3]:
            if isinstance(callee, (FunctionValue, ClassValue, Instance)) or (
                isinstance(callee, Opaque) and isinstance(call.func, Node)
            ):
                frame = self.evaluator.entered(callee, call, self.context)
                if frame is not None:
                    frames.append(frame)
            elif isinstance(callee, External) and not callee.name.startswith(_KEEP_FUNCTIONS):
                self._handed_over(call, state)
        self._one_of(call, frames, state)

    def _one_of(self, call: Call, frames: list[Context], state: S) -> None:
        """Each run of a call enters one of the functions that it may mean."""
        if len(frames) < 2:
            for frame in frames:
                self.enter(call, frame, state)
            return
        before, ends = self.listener.copy(state), [self.listener.copy(state) for _ in frames]
        for frame, own in zip(frames, ends, strict=True):
            self.enter(call, frame, own)
        objects = {id(frame.self_value) for frame in frames if frame.self_value is not None}
        if len(objects) == len(frames):
            merged = self.listener.merge_objects(before, ends)
        else:
            merged = self.listener.merge(ends)
        self.listener.assign(state, merged)

    def _handed_over(self, call: Call, state: S) -> None:
        """A function that is given to code that isn't seen is called there, it is not known with what:
        `measure(proc=train_process)`, `spawn(worker, ...)`, `Thread(target=loop)`.
        """
        for argument in (*call.args, *(value for _, value in call.keywords)):
            for value in self.evaluator.values(argument, self.context):
                if isinstance(value, FunctionValue) and self.listener.concerned(value):
                    frame = self.evaluator.frame(value.function, None, self.context, value.self_value, value.closure)
                    self.enter(call, frame, state)

    def enter(self, call: Call, frame: Context, state: S) -> None:
        """Walk the body of the function that `frame` stands for."""
        if len(self.stack) >= MAX_STACK or any(entry is call for entry in self.stack):
            return
        outer, outer_function = self.context, self.function
        regions, self.stack = self.regions, [*self.stack, call]
        self.regions = list(regions)
        self.run(frame.function, frame, state)
        self.stack, self.regions = self.stack[:-1], regions
        self.context, self.function = outer, outer_function

    def _manage(self, context: Node, name: str, state: S) -> None:
        """What a context manager of the project does before or after its block: `with Evaluating(net): ...`."""
        if not isinstance(context, Call):
            return
        callees = self.evaluator.values(context.func, self.context)
        if all(isinstance(callee, (External, Opaque)) for callee in callees):
            self.listener.managed(context, self, state)
        for callee in callees if name == "__exit__" else ():
            # the part before its `yield` was walked when it was called
            if isinstance(callee, FunctionValue) and manages_block(self.evaluator, callee.function):
                frame = self.evaluator.entered(callee, context, self.context)
                if frame is not None:
                    self._ending.append(callee.function)
                    self.enter(context, frame, state)
                    self._ending.pop()
        for manager in self.evaluator.values(context, self.context):
            if isinstance(manager, Instance) and manager.cls is not None:
                method = self.evaluator.find_method(manager.cls, name)
                if method is not None:
                    self.enter(context, self.evaluator.frame(method, None, self.context, manager), state)

    def _is_of_other_half(self, n: int) -> bool:
        """Whether a step of a generator that manages a block stands behind its `yield`, or, at the end of the block,
        before it.
        """
        function = self.function
        if function.yield_n is None or not manages_block(self.evaluator, function):
            return False
        return (n > function.yield_n) is (function not in self._ending)

    def _grad_switch(self, node: Node) -> bool | None:
        """What entering a context does to gradient recording; None if nothing."""
        while isinstance(node, Choice):
            known = self.evaluator.truth(node.cond, self.context)
            if known is None:
                return None
            node = node.yes if known else node.no
        if not isinstance(node, Call):
            return None
        for callee in self.evaluator.values(node.func, self.context):
            if isinstance(callee, External):
                if callee.last in ("no_grad", "inference_mode"):
                    return False
                if callee.last == "enable_grad":
                    return True
                if callee.last == "set_grad_enabled" and node.args:
                    return self.evaluator.truth(node.args[0], self.context)
        return None
