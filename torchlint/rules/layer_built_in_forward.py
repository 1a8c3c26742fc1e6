from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.functions import Class, Function
from torchlint.semantics.knowledge.layers import AFFINE, HOLDERS, WEIGHTED
from torchlint.semantics.layers import has_weights, is_module_class, is_self, own_frame
from torchlint.semantics.nodes import Attr, Call, Choice, Join, Loop, Node, Param, Starred, strip
from torchlint.semantics.operations import Operations, called_name
from torchlint.semantics.values import Instance

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Module
    from torchlint.semantics.values import Context

#: Methods that give back the layer they are called on, as it is.
_FLUENT = frozenset({"to", "cuda", "cpu", "float", "double", "half", "bfloat16", "type", "train"})

#: A class that calls one of these may give its layers weights that are not new.
_LOADING = frozenset({"load_state_dict", "load", "load_url", "load_state_dict_from_url", "from_pretrained", "copy_"})


class LayerBuiltInForward(StaticRule):
    """
    ## What it does
    Finds layers with weights (`Linear`, `Conv2d`, `BatchNorm1d`, `LSTM`, a module of your own, ...) that are
    created in `forward`, or in a method that only `forward` calls, and applied there.

    ## Why is this bad?
    Each call makes a new layer with new random weights. No optimizer holds them, so they are never trained; no
    checkpoint holds them, and `to(device)` doesn't move them. The output differs from call to call, also in eval mode,
    and the layers around learn to live with the noise. A normalization layer forgets its scale, its shift and its
    running statistics, and is always in train mode.

    ## Example
    ```python
    def forward(self, x):
        x = self.body(x)
        return nn.Linear(x.size(1), 10)(x)
    ```

    ## Use instead
    ```python
    def __init__(self, width):
        super().__init__()
        self.body = Body(width)
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        return self.head(self.body(x))
    ```

    ## Known problems
    A layer that is kept in an attribute at the first call (`if self.head is None: ...`) is not reported, nor is one
    whose weights are set or that is handed on. Layers without weights, such as `nn.Softmax`, may be built anywhere;
    for `nn.Dropout`, see TLN304. Where an argument decides between a layer that is kept and a new one like it,
    the random weights are meant.

    ## References
    - [torch.nn.Module](https://pytorch.org/docs/stable/generated/torch.nn.Module.html)
    - [wangyida/softpool#11](https://github.com/wangyida/softpool/issues/11)
    """

    code = "TLN603"
    name = "layer-built-in-forward"
    triggers = (b"def forward(",)

    def check(self, module: Module) -> Iterator[Problem]:
        for cls in module.classes:
            forward = cls.methods.get("forward")
            if forward is None or not _may_build(cls) or not is_module_class(module.evaluator, cls):
                continue
            seen: set[int] = set()
            running = _run_by(module, forward)
            for method in running:
                for call in method.calls:
                    for made in _built(module, method, call, running):
                        if made.call is not None and made.call.n not in seen:
                            seen.add(made.call.n)
                            yield self._problem(module, made, made.call, call)

    def _problem(self, module: Module, made: Instance, built: Call, applied: Call) -> Problem:
        written = module.text(built)
        written = written if 0 < len(written) <= 60 else f"{made.last}(...)"
        if made.cls is None and made.last in AFFINE:
            harm = "a new one at each call, whose scale and shift are never trained"
            if "Batch" in made.last:
                harm += ", and which has no running statistics for eval mode"
        else:
            harm = (
                "new random weights at each call, which no optimizer and no checkpoint holds: they are never trained, "
                "and the output is noisy"
            )
        apart = strip(applied.func) is not built
        return Problem(
            module.site(built),
            f"`{written}` is built in `{built.function.name}`: {harm}",
            "create it once in `__init__` and keep it in an attribute",
            ((module.site(applied), "applied here"),) if apart else (),
        )


def _may_build(cls: Class) -> bool:
    """Whether a method other than `__init__` calls what may be a class."""
    return any(
        called_name(call)[:1].isupper()
        for method in cls.methods.values()
        if method.name != "__init__"
        for call in method.calls
    )


def _run_by(module: Module, forward: Function) -> list[Function]:
    """`forward`, and the methods of its class that are called there and nowhere else."""
    cls, found = forward.cls, [forward]
    assert cls is not None
    for method in found:
        for call in method.calls:
            func = call.func
            if not isinstance(func, Attr) or not is_self(func.base, method):
                continue
            helper = cls.methods.get(func.name)
            if helper is None or helper in found or helper.decorators:
                continue
            if all(other.function in found for other in module.calls_by_name.get(helper.name, ())):
                found.append(helper)
    return found


def _built(module: Module, method: Function, call: Call, running: list[Function]) -> list[Instance]:
    """The layers of which `call` applies one, if they are new ones each time."""
    func = strip(call.func)
    if not isinstance(func, (Call, Attr, Choice, Join, Loop)) or not (call.args or call.keywords):
        return []
    made: list[Instance] = []
    for value in module.evaluator.values(func, own_frame(module.evaluator, method)):
        if (
            not isinstance(value, Instance)
            or value.call is None
            or value.copied is not None
            or value.call.function not in running
            or not _has_new_weights(module, value)
            or not _is_only_applied(value.call, method, isinstance(func, Attr))
            or _is_drawn_on_request(module, value.call, method)
        ):
            return []
        made.append(value)
    return made


def _has_new_weights(module: Module, value: Instance) -> bool:
    evaluator = module.evaluator
    if value.cls is None:
        learns = value.last in WEIGHTED | HOLDERS and has_weights(evaluator, value)
        return learns and not _only_gathers(evaluator, value) and not _standardises(evaluator, value)
    methods = [method for cls in evaluator.mro(value.cls) for method in cls.methods.values()]
    if any(called_name(call) in _LOADING for method in methods for call in method.calls):
        return False
    return has_weights(evaluator, value)


def _standardises(evaluator: Evaluator, value: Instance) -> bool:
    """`nn.BatchNorm1d(n, track_running_stats=False)(x)` subtracts the mean and divides by the deviation, no more."""
    tracks = value.call.keyword("track_running_stats") if value.call is not None else None
    return value.last in AFFINE and evaluator.constant(tracks, value.context) is False


def _only_gathers(evaluator: Evaluator, value: Instance) -> bool:
    """`nn.Sequential(*self.layers)`, `nn.Sequential(self.linear, nn.ReLU())`: what has weights is older."""
    given = value.call.args if value.call is not None and value.last in HOLDERS else ()
    parts = [strip(arg.base if isinstance(arg, Starred) else arg) for arg in given]
    return bool(parts) and all(isinstance(part, Attr) or _is_without(evaluator, part, value.context) for part in parts)


def _is_without(evaluator: Evaluator, part: Node, context: Context | None) -> bool:
    """Whether a part is a layer without weights."""
    layers = evaluator.values(part, context)
    return bool(layers) and all(isinstance(layer, Instance) and not has_weights(evaluator, layer) for layer in layers)


def _is_drawn_on_request(module: Module, built: Call, method: Function) -> bool:
    """Whether an argument of `forward` decides between new random weights and those of such a layer that is kept:
    a random convolution is a way to augment images.
    """
    assert method.cls is not None
    if not any(isinstance(strip(part), Param) for cond, _ in built.guards for part in (cond, *cond.parts())):
        return False
    written = "".join(module.text(built).split())
    return any(
        "".join(module.text(call).split()) == written
        for other in method.cls.methods.values()
        if other.name == "__init__"
        for call in other.calls
    )


def _is_only_applied(built: Call, method: Function, as_attribute: bool) -> bool:
    """Whether a layer is called and nothing else: not kept, not given other weights, not handed on."""
    function = built.function
    operations, same, queue = Operations(function), {id(built)}, [built]
    for node in queue:
        assert isinstance(node, Node)
        for taker in operations.takers_of(node):
            if isinstance(taker, Call) and taker.func is node:
                continue
            if isinstance(taker, Attr):
                if taker.name not in _FLUENT:
                    return False
                follow: list[Node] = [
                    call for call in operations.takers_of(taker) if isinstance(call, Call) and call.func is taker
                ]
            elif isinstance(taker, (Choice, Join, Loop)):
                follow = [taker]
            else:
                return False
            for item in follow:
                if id(item) not in same:
                    same.add(id(item))
                    queue.append(item)  # type: ignore[arg-type]
    kept = [store for store in function.stores if id(strip(store.value)) in same]
    if not kept:
        return not as_attribute
    # `self.head = nn.Linear(...)` in each call is no better
    return (
        as_attribute
        and function is method
        and method.name == "forward"
        and all(
            isinstance(store.target, Attr)
            and is_self(store.target.base, method)
            and not store.guards
            and store in method.trace  # and not in an `except AttributeError`
            for store in kept
        )
    )
