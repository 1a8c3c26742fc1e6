from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from torchlint.findings import Fix
from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.knowledge import training as known
from torchlint.semantics.layers import is_module, is_self
from torchlint.semantics.nodes import (
    Attr,
    Call,
    Choice,
    Compare,
    Comprehension,
    Display,
    Element,
    Free,
    Function,
    Item,
    Join,
    Loop,
    Mapping,
    Node,
    Param,
    Part,
    Update,
    strip,
)
from torchlint.semantics.operations import called_name
from torchlint.semantics.order import Order, entry_guards
from torchlint.semantics.traces import Trace, calls_in
from torchlint.semantics.values import Constant, External, FunctionValue, Instance

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Module, Site
    from torchlint.semantics.nodes import Class

#: Calls that copy a dict and not the tensors in it.
_SHALLOW = frozenset({"dict", "OrderedDict"})

#: Functions are followed this far to see whether they train.
_DEPTH = 3

#: Functions that only look at what they are given.
_LOOKING = frozenset({"print", "len", "type", "isinstance", "id"})


class StateDictAlias(StaticRule):
    """
    ## What it does
    Finds `best = model.state_dict()` that is kept while training goes on, to be loaded, saved or returned later,
    without a copy of its tensors.

    ## Why is this bad?
    `state_dict()` hands out the live weights. What was kept as the best weights changes with every step, so that in
    the end the last weights are restored, saved or reported as the best ones. `.copy()` copies the dict only.

    ## Example
    ```python
    for epoch in range(epochs):
        train(model, loader)
        if accuracy(model) > best:
            best, weights = accuracy(model), model.state_dict()
    model.load_state_dict(weights)
    ```

    ## Use instead
    ```python
    weights = copy.deepcopy(model.state_dict())
    ```

    ## Fix safety
    The fix puts `copy.deepcopy(...)` around the call, and imports `copy` where that is missing. It is safe: the weights
    are kept as they were at that moment, at the price of their memory.

    ## Known problems
    A state dict that is saved or loaded at once is right. What is kept in an attribute is only reported if its
    condition or its use shows that training comes in between. What a variable holds before the loop that gives it the
    best weights is not reported: the first rounds replace it.

    ## References
    - [Saving and loading models](https://pytorch.org/tutorials/beginner/saving_loading_models.html)
    - [pytorch/tutorials#188](https://github.com/pytorch/tutorials/issues/188)
    """

    code = "TLN606"
    name = "state-dict-alias"
    triggers = (b".state_dict()",)

    def check(self, module: Module) -> Iterator[Problem]:
        for function in module.functions:
            if not any(_is_take(call) for call in function.calls):
                continue
            told: set[int] = set()
            for take, use in (*_kept_in_variables(module.evaluator, function), *_kept_in_attributes(module, function)):
                if id(take) not in told:
                    told.add(id(take))
                    yield self._problem(module, take, use)

    def _problem(self, module: Module, take: Call, use: Node) -> Problem:
        written = module.text(take) or "model.state_dict()"
        place: list[tuple[Site, str]] = []
        if isinstance(use, Call):
            place.append((use.function.module.site(use), "used here, after more training"))
        return Problem(
            module.site(take),
            f"`{written}` is kept without a copy: its tensors are the live weights, "
            "and what was meant to be the weights of this moment goes on changing with each step",
            f"write `copy.deepcopy({written})`",
            tuple(place),
            partial(_copied, module, take),
        )


def _copied(module: Module, take: Call) -> Fix | None:
    span = module.editor.span(take)
    imported = module.editor.imported("copy", take.function)
    if span is None or imported is None:
        return None
    name, edits = imported
    before = module.editor.edit(span.start, span.start, f"{name}.deepcopy(")
    after = module.editor.edit(span.end, span.end, ")")
    return Fix("copy the state dict", (*edits, before, after), safe=True)


def _is_take(call: Call) -> bool:
    return isinstance(call.func, Attr) and call.func.name == "state_dict" and not call.args and not call.keywords


# ------------------------------------------------------------------------------------------- in variables


def _kept_in_variables(evaluator: Evaluator, function: Function) -> Iterator[tuple[Call, Node]]:
    """State dicts that a variable holds while training goes on in the same function, each with its use."""
    order = Order(function)
    uses: list[tuple[Node, Call | None]] = []
    for call in function.calls:
        given = _loaded(call) or _saved(call)
        if given is not None:
            uses.append((given, call))
    # `encode(best, path)`, behind the loop in which the best were taken
    handed = [call for call in function.calls if called_name(call) not in _LOOKING]
    uses += [(arg, call) for call in handed for arg in call.args if isinstance(strip(arg), (Loop, Join))]
    uses += [(item.value, None) for item in function.returns if not item.yielded]
    refilled = {
        id(take)
        for store in function.stores
        if isinstance(store.target, Item)
        for take, _ in _aliased(store.target.base, set())
    }
    for value, use in uses:
        replaced = refilled | _stand_ins(value)
        for take, carried in _aliased(value, set()):
            # `weights[key] = ...` puts other tensors in place of the live ones: an average of several networks
            if (
                take.function is function
                and id(take) not in replaced
                and _is_network(evaluator, take)
                and _stale(order, evaluator, take, use, carried)
            ):
                yield take, use if use is not None else value


def _loaded(call: Call) -> Node | None:
    if isinstance(call.func, Attr) and call.func.name == "load_state_dict" and call.args:
        return call.args[0]
    return None


def _saved(call: Call) -> Node | None:
    if isinstance(call.func, Attr) and call.func.name == "save" and len(call.args) > 1:
        return call.args[0]
    return None


def _aliased(node: Node, seen: set[int], carried: tuple[int, ...] = ()) -> Iterator[tuple[Call, tuple[int, ...]]]:
    """The state dicts that a value holds uncopied, each with the loop variables that carried it to the next round."""
    if id(node) in seen or len(seen) > 200:
        return
    seen.add(id(node))
    if isinstance(node, Loop):
        yield from _aliased(node.init, seen, carried)
        if node.next is not node:
            yield from _aliased(node.next, seen, (*carried, id(node)))
    elif isinstance(node, (Choice, Join, Display, Mapping)):
        for part in node.parts():
            yield from _aliased(part, seen, carried)
    elif isinstance(node, Update):
        yield from _aliased(node.value, seen, carried)
        if not _is_direct(node.base, set()):
            yield from _aliased(node.base, seen, carried)
    elif isinstance(node, Call):
        if _is_take(node):
            yield node, carried
        inner = _shallow_copied(node)
        if inner is not None:
            yield from _aliased(inner, seen, carried)
    elif isinstance(node, Comprehension):
        source = _items_of(node)
        if source is not None:
            yield from _aliased(source, seen, carried)


def _stand_ins(value: Node) -> set[int]:
    """What a value is before a loop that gives it others: `best = model.state_dict()`, for the rounds to replace."""
    found: set[int] = set()
    queue, seen = [value], set[int]()
    while queue and len(seen) < 200:
        node = queue.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Loop) and isinstance(node.next, (Call, Choice, Join)):
            found.add(id(node.init))
        if isinstance(node, (Loop, Choice, Join)):
            queue += node.parts()
    return found


def _is_direct(node: Node, seen: set[int]) -> bool:
    """Whether a value may be a state dict itself, and not only hold one."""
    if id(node) in seen or len(seen) > 200:
        return False
    seen.add(id(node))
    if isinstance(node, Call):
        inner = _shallow_copied(node)
        return _is_take(node) or (inner is not None and _is_direct(inner, seen))
    if isinstance(node, Update):
        return _is_direct(node.base, seen)
    return isinstance(node, (Loop, Choice, Join)) and any(_is_direct(part, seen) for part in node.parts())


def _shallow_copied(call: Call) -> Node | None:
    """What a call copies without the tensors in it: `d.copy()`, `dict(d)`, `copy.copy(d)`."""
    if isinstance(call.func, Attr) and call.func.name == "copy" and not call.args:
        return call.func.base
    name = called_name(call)
    if len(call.args) == 1 and (name in _SHALLOW or (name == "copy" and not isinstance(call.func, Free))):
        return call.args[0]
    return None


def _items_of(node: Comprehension) -> Node | None:
    """`{k: v for k, v in d.items()}`: `d`."""
    element = node.element
    if not (isinstance(element, Part) and element.index == 1 and isinstance(element.base, Element)):
        return None
    source = element.base.base
    if isinstance(source, Call) and isinstance(source.func, Attr) and source.func.name == "items":
        return source.func.base
    return None


def _stale(order: Order, evaluator: Evaluator, take: Call, use: Call | None, carried: tuple[int, ...]) -> bool:
    """Whether the network is trained between taking a state dict and using it."""
    taken = order.of(take)
    if taken is None or taken.leaves:
        return False
    used = order.of(use) if use is not None else None
    if use is not None and used is None:
        return False
    loops = [loop for loop in taken.loops if loop.kind in ("for", "while")]
    around = used.loops if used is not None else ()
    left = [loop for loop in loops if loop not in around]
    if left:
        # taken in a loop under a condition, used behind it: later rounds train and do not take again
        return any(len(take.guards) > len(entry_guards(loop)) and _trains(evaluator, take, loop.body) for loop in left)
    if used is None:
        return False
    if _same_network(evaluator, take, use):
        for loop in around:
            if loop not in taken.loops and taken.rank < used.rank and _trains(evaluator, take, loop.body):
                return True  # taken once before a loop, put back in each of its rounds
    if carried:
        return any(_trains(evaluator, take, loop.body) for loop in loops)
    return (
        taken.rank < used.rank
        and _same_network(evaluator, take, use)
        and _trains_between(order, evaluator, take, taken.rank, used.rank)
    )


def _same_network(evaluator: Evaluator, take: Call, use: Call | None) -> bool:
    if use is None or not isinstance(use.func, Attr) or not isinstance(take.func, Attr):
        return False
    if use.func.base is take.func.base:
        return True
    mine, other = evaluator.values(take.func.base, None), evaluator.values(use.func.base, None)
    return bool(mine) and len(mine) == 1 and mine == other


def _trains_between(order: Order, evaluator: Evaluator, take: Call, start: int, end: int) -> bool:
    between = [
        call for call in take.function.calls if (position := order.of(call)) is not None and start < position.rank < end
    ]
    return _any_trains(evaluator, take, between)


def _trains(evaluator: Evaluator, take: Call, trace: Trace) -> bool:
    return _any_trains(evaluator, take, calls_in(trace))


def _any_trains(evaluator: Evaluator, take: Call, calls: list[Call]) -> bool:
    """Whether some of the calls train the network whose state dict was taken."""
    assert isinstance(take.func, Attr)
    network = take.func.base
    own = {id(value) for value in evaluator.values(network, None)} | {id(network)}

    def is_own(node: Node) -> bool:
        return id(node) in own or any(id(value) in own for value in evaluator.values(node, None))

    backward = any(_is_backward(call) for call in calls)
    for call in calls:
        if backward and (
            is_own(call.func) or (isinstance(call.func, Attr) and call.func.name == "train" and is_own(call.func.base))
        ):
            return True
        if call is not take and any(is_own(arg) for arg in (*call.args, *(value for _, value in call.keywords))):
            if _is_training_call(evaluator, call):
                return True
        if isinstance(call.func, Attr) and isinstance(call.func.base, Param) and call.func.base.index == 0:
            # a method of the same object, which trains its own network
            if isinstance(network, Attr) and network.base is call.func.base and _is_training_call(evaluator, call):
                return True
    return False


def _is_backward(call: Call) -> bool:
    return isinstance(call.func, Attr) and call.func.name in ("backward", "manual_backward")


def _is_training_call(evaluator: Evaluator, call: Call) -> bool:
    """Whether a call runs code that trains: it goes backward, or, where it is not seen, its name says so."""
    unknown = True
    for value in evaluator.values(call.func, None):
        if isinstance(value, FunctionValue):
            unknown = False
            if _function_trains(evaluator, value.function, 0):
                return True
        elif isinstance(value, (Instance, Constant)):
            unknown = False
    name = called_name(call)
    return unknown and known.is_training(name) and not (isinstance(call.func, Attr) and call.func.name == "train")


def _function_trains(evaluator: Evaluator, function: Function, depth: int) -> bool:
    if any(_is_backward(call) for call in function.calls):
        return True
    return depth < _DEPTH and any(
        isinstance(value, FunctionValue) and _function_trains(evaluator, value.function, depth + 1)
        for call in function.calls[:80]
        for value in evaluator.values(call.func, None)
    )


def _is_network(evaluator: Evaluator, take: Call) -> bool:
    """Whether a state dict is one of a network, as far as is known: optimizers and schedulers have some as well."""
    assert isinstance(take.func, Attr)
    base = take.func.base
    for value in evaluator.values(base, None):
        if isinstance(value, Instance) and not is_module(evaluator, value):
            return False
        if isinstance(value, (External, Constant)) and not (isinstance(value, Constant) and value.value is None):
            return False
    name = base.name if isinstance(base, (Attr, Free, Param, Loop)) else ""
    lowered = name.lower()
    return not (known.looks_like_optimizer(name) or "sched" in lowered or "scaler" in lowered or "sampler" in lowered)


# ------------------------------------------------------------------------------------------ in attributes


def _kept_in_attributes(module: Module, function: Function) -> Iterator[tuple[Call, Node]]:
    """State dicts that a method keeps in an attribute, to be used in another one or after its loop."""
    evaluator = module.evaluator
    if not function.is_method or function.cls is None:
        return
    order = Order(function)
    for store in function.stores:
        target = store.target
        if not (isinstance(target, Attr) and store.op == "=" and is_self(target.base, function)):
            continue
        for take, _ in _aliased(store.value, set()):
            position = order.of(take)
            if take.function is not function or position is None or not _is_network(evaluator, take):
                continue
            if _is_changed(function.cls, target.name):
                continue
            loops = [loop for loop in position.loops if loop.kind in ("for", "while")]
            for use in _uses_of(module, target.name, function):
                given = _loaded(use)
                if use.function is function:
                    used = order.of(use)
                    if used is None or not any(loop not in used.loops for loop in loops):
                        continue
                if loops:
                    if position.leaves or not any(
                        len(take.guards) > len(entry_guards(loop)) and _trains(evaluator, take, loop.body)
                        for loop in loops
                    ):
                        continue
                elif use.function is function:
                    continue
                elif function.name == "__init__" or not any(isinstance(cond, Compare) for cond, _ in take.guards):
                    # taken once, and put back later into the very same network: nothing is put back, if that is
                    # trained; weights that are replaced (`weight.data = ...`) leave those that were taken alone
                    if given is None or not _puts_back(evaluator, take, use) or not _mentions_training(module):
                        continue
                yield take, use
                break


def _uses_of(module: Module, name: str, function: Function) -> Iterator[Call]:
    """Calls in the project that load, or save, attribute `name` of something."""
    for other in module.evaluator.callers.around(module, name):
        for method in ("load_state_dict", "save"):
            for call in other.calls_by_name.get(method, ()):
                given = _loaded(call) or _saved(call)
                if given is not None and any(isinstance(part, Attr) and part.name == name for part in _flat(given)):
                    if isinstance(_attribute(given, name).base, Param) and call.function.cls is not function.cls:
                        continue  # an attribute of another class
                    yield call


def _flat(node: Node) -> Iterator[Node]:
    if isinstance(node, (Choice, Join, Mapping, Display)):
        for part in node.parts():
            yield from _flat(part)
    else:
        yield node


def _attribute(node: Node, name: str) -> Attr:
    return next(part for part in _flat(node) if isinstance(part, Attr) and part.name == name)


def _puts_back(evaluator: Evaluator, take: Call, use: Call) -> bool:
    """Whether a state dict is loaded into the network that it was taken from, by a method of the same class."""
    if not isinstance(use.func, Attr) or not isinstance(take.func, Attr) or use.function.cls is not take.function.cls:
        return False
    mine, other = take.func.base, use.func.base
    if isinstance(mine, Attr) and isinstance(other, Attr) and mine.name == other.name:
        return (
            isinstance(mine.base, Param) and isinstance(other.base, Param) and mine.base.index == other.base.index == 0
        )
    return _same_network(evaluator, take, use)


def _mentions_training(module: Module) -> bool:
    return any(name in module.calls_by_name for name in ("backward", "manual_backward", "step", "fit"))


def _is_changed(cls: Class, name: str) -> bool:
    """Whether the entries of a dict that an attribute holds are changed somewhere in the class."""
    for method in cls.methods.values():
        for store in method.stores:
            target = store.target
            if isinstance(target, Item) and isinstance(target.base, Attr) and target.base.name == name:
                return True
        for call in method.calls:
            func = call.func
            if isinstance(func, Attr) and func.name in ("update", "pop", "setdefault"):
                if isinstance(func.base, Attr) and func.base.name == name:
                    return True
    return False
