from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from torchlint.findings import Fix
from torchlint.rules._kept_networks import kept_networks
from torchlint.rules._state_dicts import (
    aliased,
    is_made_in,
    is_network,
    is_take,
    loaded,
    same_network,
    saved,
    stand_ins,
    trains,
    trains_between,
)
from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.functions import Function
from torchlint.semantics.handed_back import taken
from torchlint.semantics.layers import is_self
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Call,
    Choice,
    Compare,
    Display,
    Item,
    Join,
    Loop,
    Mapping,
    Node,
    Param,
    strip,
)
from torchlint.semantics.operations import called_name
from torchlint.semantics.order import Order, entry_guards
from torchlint.semantics.values import FunctionValue

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.functions import Class
    from torchlint.semantics.module import Module, Site
    from torchlint.semantics.traces import LoopStep, Renaming

#: Functions that only look at what they are given.
_LOOKING = frozenset({"print", "len", "type", "isinstance", "id"})


class StateDictAlias(StaticRule):
    """
    ## What it does
    Finds `best = model.state_dict()` that is kept while training goes on, to be loaded, saved or returned later,
    without a copy of its tensors, and `best = model` in a loop that trains `model`.

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
    best weights is not reported: the first rounds replace it. Nor is what a function returns if its callers do
    nothing with it. `best = model` is reported where a comparison decides when, the loop trains one network that was
    made before it, and the second name is used behind it.

    ## References
    - [Saving and loading models](https://pytorch.org/tutorials/beginner/saving_loading_models.html)
    - [pytorch/tutorials#188](https://github.com/pytorch/tutorials/issues/188)
    """

    code = "TLN606"
    name = "state-dict-alias"
    triggers = (b".state_dict()", b"backward(", b"epoch")

    def check(self, module: Module) -> Iterator[Problem]:
        for function in module.functions:
            for renaming in kept_networks(module, function):
                yield self._renamed(module, function, renaming)
            if not any(is_take(call) for call in function.calls):
                continue
            told: set[int] = set()
            for take, use in (*_kept_in_variables(module.evaluator, function), *_kept_in_attributes(module, function)):
                if id(take) not in told:
                    told.add(id(take))
                    yield self._problem(module, take, use)

    def _renamed(self, module: Module, function: Function, renaming: Renaming) -> Problem:
        return Problem(
            module.site(renaming),
            f"`{renaming.name}` is `{renaming.of}` under another name and no copy: it goes on changing with each step, "
            "and what is used in the end are the last weights",
            f"write `{renaming.name} = copy.deepcopy({renaming.of})`",
            fix=partial(_copied, module, renaming, function),
        )

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
            partial(_copied, module, take, take.function),
        )


def _copied(module: Module, kept: Call | Renaming, function: Function) -> Fix | None:
    span = module.editor.span(kept)
    imported = module.editor.imported("copy", function)
    if span is None or imported is None:
        return None
    name, edits = imported
    before = module.editor.edit(span.start, span.start, f"{name}.deepcopy(")
    after = module.editor.edit(span.end, span.end, ")")
    return Fix("copy what is kept", (*edits, before, after), safe=True)


# ------------------------------------------------------------------------------------------- in variables


def _kept_in_variables(evaluator: Evaluator, function: Function) -> Iterator[tuple[Call, Node]]:
    """State dicts that a variable holds while training goes on in the same function, each with its use."""
    order = Order(function)
    uses: list[tuple[Node, Call | None]] = []
    for call in function.calls:
        given = loaded(call) or saved(call)
        if given is not None:
            uses.append((given, call))
    # `encode(best, path)`, behind the loop in which the best were taken
    handed = [call for call in function.calls if called_name(call) not in _LOOKING]
    uses += [(arg, call) for call in handed for arg in call.args if isinstance(strip(arg), (Loop, Join))]
    uses += [
        (value, None) for item in function.returns if not item.yielded for value in taken(evaluator, function, item)
    ]
    refilled = {
        id(take)
        for store in function.stores
        if isinstance(store.target, Item)
        for take, _ in aliased(store.target.base, set())
    }
    for value, use in uses:
        replaced = refilled | stand_ins(value)
        for take, carried in aliased(value, set()):
            # `weights[key] = ...` puts other tensors in place of the live ones: an average of several networks
            if (
                take.function is function
                and id(take) not in replaced
                and is_network(evaluator, take)
                and _stale(order, evaluator, take, use, carried)
            ):
                yield take, use if use is not None else value


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
        return any(
            _is_chosen(take, loop, use) and not is_made_in(take, loop.body) and trains(evaluator, take, loop.body)
            for loop in left
        )
    if used is None:
        return False
    if same_network(evaluator, take, use):
        for loop in around:
            if loop not in taken.loops and taken.rank < used.rank and trains(evaluator, take, loop.body):
                return True  # taken once before a loop, put back in each of its rounds
    if carried:
        return any(trains(evaluator, take, loop.body) for loop in loops)
    return (
        taken.rank < used.rank
        and same_network(evaluator, take, use)
        and trains_between(order, evaluator, take, taken.rank, used.rank)
    )


def _is_chosen(take: Call, loop: LoopStep, use: Call | None) -> bool:
    """Whether some rounds of a loop take the state dict because of what was reached in them. What is taken every so
    often, and saved at the end, is the last of its kind.
    """
    entry, is_saved = entry_guards(loop), use is not None and saved(use) is not None
    return any(guard not in entry and not (is_saved and _is_periodic(guard[0])) for guard in take.guards)


def _is_periodic(cond: Node) -> bool:
    """`epoch % 10 == 0`."""
    return isinstance(cond, Compare) and any(
        isinstance(side, Binary) and side.op == "Modulo" for side in (strip(cond.left), strip(cond.right))
    )


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
        for take, _ in aliased(store.value, set()):
            position = order.of(take)
            if take.function is not function or position is None or not is_network(evaluator, take):
                continue
            if _is_changed(function.cls, target.name):
                continue
            loops = [loop for loop in position.loops if loop.kind in ("for", "while")]
            for use in _uses_of(module, target.name, function):
                given = loaded(use)
                if use.function is function:
                    used = order.of(use)
                    if used is None or not any(loop not in used.loops for loop in loops):
                        continue
                if loops:
                    if position.leaves or not any(
                        _is_chosen(take, loop, use) and trains(evaluator, take, loop.body) for loop in loops
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
                given = loaded(call) or saved(call)
                if given is not None and any(isinstance(part, Attr) and part.name == name for part in _flat(given)):
                    if isinstance(_attribute(given, name).base, Param) and call.function.cls is not function.cls:
                        continue  # an attribute of another class
                    yield call
        for call in other.calls:
            if call.function.cls is function.cls and any(_is_attribute(arg, name) for arg in call.args):
                if _saves_what_it_is_given(module.evaluator, call):
                    yield call


def _is_attribute(node: Node, name: str) -> bool:
    return isinstance(node, Attr) and node.name == name and isinstance(node.base, Param)


def _saves_what_it_is_given(evaluator: Evaluator, call: Call) -> bool:
    """`self.save_checkpoint(self.best, path)`, a method of the project."""
    return any(
        isinstance(value, FunctionValue) and any(isinstance(saved(inner), Param) for inner in value.function.calls)
        for value in evaluator.values(call.func, None)
    )


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
    return same_network(evaluator, take, use)


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
