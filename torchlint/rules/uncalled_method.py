from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from torchlint.findings import Fix
from torchlint.rules._state_dicts import stand_ins
from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.knowledge.training import is_evaluation, is_generation
from torchlint.semantics.layers import assigns, has_weights, is_module, is_self
from torchlint.semantics.nodes import Attr, Call, Node, Param, strip
from torchlint.semantics.operations import called_name
from torchlint.semantics.traces import Bare, Trace, Within, blocks, calls_in, expects_error, loops_in
from torchlint.semantics.values import ClassValue, Container, External, FunctionValue, Instance, Opaque

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Module
    from torchlint.semantics.values import Bound, Context

#: What goes wrong when the method is only named. Keys are methods of modules, optimizers, schedulers and tensors.
_METHODS = {
    "eval": "the model stays in train mode: Dropout keeps dropping and BatchNorm keeps using batch statistics",
    "train": "the model stays in the mode that it was in: after an evaluation it goes on training in eval mode",
    "zero_grad": "gradients are not cleared and add up over the iterations",
    "backward": "no gradient is computed and nothing is learnt",
    "step": "nothing is updated",
    "update": "the loss scale never adapts: after an overflow every later step may be skipped",
    "cuda": "nothing is moved to the GPU",
    "requires_grad_": "what autograd tracks does not change",
    "zero_": "the tensor keeps its values",
}

#: Classes that do nothing before they are entered by `with`, or used as a decorator.
_CONTEXTS = frozenset(
    {
        "torch.no_grad",
        "torch.enable_grad",
        "torch.inference_mode",
        "torch.autocast",
        "torch.cuda.amp.autocast",
        "torch.cpu.amp.autocast",
        "torch.amp.autocast",
        "torch.autograd.no_grad",
        "torch.autograd.enable_grad",
        "torch.autograd.inference_mode",
        "torch.autograd.grad_mode.no_grad",
        "torch.autograd.grad_mode.enable_grad",
        "torch.autograd.grad_mode.inference_mode",
        "torch.autograd.detect_anomaly",
        "torch.autograd.anomaly_mode.detect_anomaly",
    }
)

#: Methods that run a network.
_RUNNING = frozenset({"forward", "encode", "decode", "inference", "infer", "extract_features", "get_features", "embed"})

#: Those that keep autograd from recording.
_SWITCHES = frozenset({"no_grad", "inference_mode"})

_CONTEXT_NAMES = frozenset(name.rpartition(".")[2] for name in _CONTEXTS)

#: Functions of torch whose bare name is a forgotten call, with what does not happen.
_FUNCTIONS = {
    "torch.manual_seed": "the generator is not seeded",
    "torch.cuda.manual_seed": "the generator is not seeded",
    "torch.cuda.manual_seed_all": "the generators are not seeded",
    "torch.cuda.synchronize": "nothing waits for the GPU, and times measured here are wrong",
    "torch.cuda.empty_cache": "no memory is given back",
    "torch.distributed.barrier": "the processes do not wait for each other",
}

_BARE_NAMES = _CONTEXT_NAMES | {name.rpartition(".")[2] for name in _FUNCTIONS}

#: Calls that take a state dict.
_TAKERS = ("load_state_dict", "deepcopy")


class UncalledMethod(StaticRule):
    """
    ## What it does
    Finds methods that are named but not called: a statement such as `model.eval`, `optimizer.step` or
    `loss.backward` without parentheses, `model.state_dict` without parentheses in what is saved or loaded, and
    `torch.no_grad()` as a statement of its own, where only `with torch.no_grad():` has an effect.

    ## Why is this bad?
    Python evaluates the name and throws it away. Nothing is raised, and the model stays in train mode, the weights
    are never updated, gradients are recorded where they should not be, or a checkpoint holds no weights.

    ## Example
    ```python
    model.eval
    torch.no_grad()
    for x, y in loader:
        ...
    torch.save({"model": model.state_dict, "epoch": epoch}, "last.pt")
    ```

    ## Use instead
    ```python
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            ...
    torch.save({"model": model.state_dict(), "epoch": epoch}, "last.pt")
    ```

    ## Fix safety
    Putting the parentheses is safe: it is what the statement was written for. `torch.no_grad()` as a statement is not
    fixed, because where its block should end is not known, nor is a method that needs an argument.

    ## Known problems
    An attribute or property of your own class that has one of these names is not reported if its class is found
    in the project. A name alone in a `try` block or under `pytest.raises` is a probe and is not reported, nor is
    `torch.no_grad()` where the function enters one by `with` before anything is recorded, or where nothing behind it
    can have weights, nor a seed in tests, nor a `model.state_dict` that stands for the best weights until the first
    round gives better ones.

    ## References
    - [torch.nn.Module.eval](https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.eval)
    - [Saving and loading models](https://pytorch.org/tutorials/beginner/saving_loading_models.html)
    """

    code = "TLN303"
    name = "uncalled-method"
    triggers = (
        *(f".{name}".encode() for name in (*_METHODS, "state_dict")),
        b"no_grad",
        b"inference_mode",
        b"autocast",
    )

    def check(self, module: Module) -> Iterator[Problem]:
        for function in module.functions:
            for bare in _bare(function.trace):
                yield from self._bare(module, bare)

        discarded = {id(call) for function in module.functions for call in function.discarded}
        for name in _CONTEXT_NAMES:
            for call in dict.fromkeys(module.calls_by_name.get(name, ())):
                if id(call) in discarded:
                    yield from self._context(module, call)
        for name in ("save", *_TAKERS):
            for call in dict.fromkeys(module.calls_by_name.get(name, ())):
                yield from self._saved(module, call, name)

    def _bare(self, module: Module, bare: Bare) -> Iterator[Problem]:
        node = bare.node
        if not isinstance(node, Attr):
            return
        evaluator = module.evaluator
        if node.name in _METHODS:
            if node.name == "update" and not _is_scaler(evaluator, node):
                return
            if _is_method(evaluator, node, None):
                written = module.text(node)
                yield Problem(
                    module.site(node),
                    f"`{written}` is named but not called: {_METHODS[node.name]}",
                    f"write `{written}()`",
                    fix=None if _needs_argument(evaluator, node) else partial(_call, module, node),
                )
            return
        if node.name not in _BARE_NAMES or ("seed" in node.name and module.is_test):
            return  # a test holds with any numbers, or says so
        for value in evaluator.values(node, None):
            if isinstance(value, External) and (value.name in _CONTEXTS or value.name in _FUNCTIONS):
                written = module.text(node)
                if value.name in _CONTEXTS:
                    harm, instead = "a name alone has no effect", f"write `with {written}():` around the code it is for"
                else:
                    harm, instead = _FUNCTIONS[value.name], f"write `{written}()`"
                fixable = value.name in _FUNCTIONS and "seed" not in value.name
                fix = partial(_call, module, node) if fixable else None
                yield Problem(module.site(node), f"`{written}` is named but not called: {harm}", instead, fix=fix)

    def _context(self, module: Module, call: Call) -> Iterator[Problem]:
        """`torch.no_grad()` as a statement."""
        for value in module.evaluator.values(call.func, None):
            if isinstance(value, External) and value.name in _CONTEXTS:
                if _is_entered_later(module, call.function.trace, call):
                    return
                looped = any(call in calls_in(loop.body) for loop in loops_in(call.function.trace))
                behind = (other for other in call.function.calls if looped or other.n > call.n)
                if value.last in _SWITCHES and not any(_may_record(module, other) for other in behind):
                    return
                yield Problem(
                    module.site(call),
                    f"`{value.last}()` as a statement has no effect: "
                    "it only acts on the block of a `with`, and the code after it runs as before",
                    f"write `with {module.text(call.func)}(...):` around the code it is for",
                )
                return

    def _saved(self, module: Module, call: Call, name: str) -> Iterator[Problem]:
        """`torch.save(model.state_dict, ...)`, also inside the dict that is saved, and loads and copies of it."""
        evaluator = module.evaluator
        if name == "save":
            given = call.args[0] if call.args else call.keyword("obj")
            place = "what is saved holds a bound method (with the whole model behind it) and no state dict"
        else:
            given = call.args[0] if call.args else None
            place = "a bound method is handed on, not the state dict"
        if given is None:
            return
        replaced = stand_ins(given)
        for node, context in _contents(evaluator, given, 0):
            if (
                isinstance(node, Attr)
                and node.name == "state_dict"
                and id(node) not in replaced
                and (context is None or context.function.module is module)
                and _is_method(evaluator, node, context)
            ):
                written = module.text(node)
                yield Problem(
                    module.site(node),
                    f"`{written}` is not called here: {place}",
                    f"write `{written}()`",
                    fix=partial(_call, module, node),
                )


def _call(module: Module, node: Attr) -> Fix | None:
    """The method is called where it is only named."""
    span = module.editor.span(node)
    if span is None:
        return None
    return Fix(f"call `{module.text(node)}`", (module.editor.edit(span.end, span.end, "()"),), safe=True)


def _needs_argument(evaluator: Evaluator, node: Attr) -> bool:
    """Whether a call without arguments would fail: `scaler.step`, or a method of the project that wants some."""
    for base in evaluator.values(node.base, None):
        if not isinstance(base, Instance):
            continue
        if base.last == "GradScaler" and node.name == "step":
            return True
        method = evaluator.find_method(base.cls, node.name) if base.cls is not None else None
        if method is not None and any(
            param.kind in ("plain", "keyword") and param.default is None for param in method.params[1:]
        ):
            return True
    return False


def _bare(trace: Trace, probing: bool = False) -> Iterator[Bare]:
    """The statements that only name something, except those that probe whether it is there."""
    for step in trace:
        if isinstance(step, Bare) and not probing:
            yield step
        for block in blocks(step):
            # a block that is tried does more than to probe, unless it does nothing else
            only = isinstance(step, Within) or all(isinstance(item, Bare) for item in block)
            yield from _bare(block, probing or (only and expects_error(step, block)))


def _may_record(module: Module, call: Call) -> bool:
    """Whether a call may be that of a network with weights, or lead to one: autograd records a graph for it. A method
    of something unknown may, if its name says so.
    """
    func = strip(call.func)
    for value in module.evaluator.values(func, None):
        if isinstance(value, FunctionValue):
            own = value.self_value
            if own is None or own.cls is None or not is_module(module.evaluator, own):
                return True
            if has_weights(module.evaluator, own):
                return True
        elif isinstance(value, Instance):
            if has_weights(module.evaluator, value):
                return True
        elif isinstance(value, Opaque) and (not isinstance(func, Attr) or _runs_network(func)):
            return True
    return False


def _runs_network(func: Attr) -> bool:
    return _is_own(func) or func.name in _RUNNING or is_evaluation(func.name) or is_generation(func.name)


def _is_own(func: Attr) -> bool:
    """`self.model`."""
    base = strip(func.base)
    return isinstance(base, Param) and is_self(base, base.function)


def _is_entered_later(module: Module, trace: Trace, call: Call) -> bool:
    """Whether the same function enters such a context by `with` before anything is recorded: the statement is only
    superfluous.
    """
    entered = [context.n for context in _contexts(trace) if called_name(context) == called_name(call)]
    first = min((n for n in entered if n > call.n), default=None)
    return first is not None and not any(
        _may_record(module, other) for other in call.function.calls if call.n < other.n < first
    )


def _contexts(trace: Trace) -> Iterator[Call]:
    """What the `with` statements of a trace enter."""
    for step in trace:
        if isinstance(step, Within):
            yield from (context for context in step.contexts if isinstance(context, Call))
        for block in blocks(step):
            yield from _contexts(block)


def _contents(evaluator: Evaluator, node: Node, depth: int, context: Context | None = None) -> Iterator[Bound]:
    """A value and, if it is a dict written out, the values in it."""
    if isinstance(node, Attr):
        yield node, context
        return
    if depth > 2:
        return
    for value in evaluator.values(node, context):
        if isinstance(value, Container) and value.keys is not None:
            for inner, frame in value.keys.values():
                yield from _contents(evaluator, inner, depth + 1, frame)
        elif isinstance(value, Opaque) and isinstance(value.node, Attr):
            yield value.node, value.context


def _is_method(evaluator: Evaluator, node: Attr, context: Context | None) -> bool:
    """Whether `node` names a method and no attribute or property: what is not known counts as a method."""
    for base in evaluator.values(node.base, context):
        if isinstance(base, (External, ClassValue, FunctionValue, Container)):
            return False
        if isinstance(base, Instance) and base.cls is not None:
            cls = base.cls
            method = evaluator.find_method(cls, node.name)
            if method is not None:
                if method.decorators:
                    return False
                continue
            if assigns(evaluator, cls, node.name):
                return False
            if not evaluator.external_bases(cls) - {"builtins.object"}:
                return False
    return True


def _is_scaler(evaluator: Evaluator, node: Attr) -> bool:
    return any(isinstance(base, Instance) and base.last == "GradScaler" for base in evaluator.values(node.base, None))
