from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from torchlint.findings import Fix
from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.callers import contexts
from torchlint.semantics.functions import Class, Function
from torchlint.semantics.layers import is_module_class
from torchlint.semantics.nodes import Attr, Call, Choice, Const, Free, Guards, Node, Param, Starred, strip
from torchlint.semantics.reach import backwards, reaches
from torchlint.semantics.results import is_unused
from torchlint.semantics.values import ClassValue, External, FunctionValue, Instance

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Module

#: torch.nn.functional: (input, p=0.5, training=True, inplace=False)
_DROPOUTS = frozenset({"dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout"})
_LAYERS = frozenset({"Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"})

#: Attention functions that know nothing of eval(): name -> (keyword, position) of the dropout probability.
_ATTENTIONS = {
    "scaled_dot_product_attention": ("dropout_p", 4),
    "flash_attn_func": ("dropout_p", 3),
    "flash_attn_qkvpacked_func": ("dropout_p", 1),
    "flash_attn_kvpacked_func": ("dropout_p", 2),
    "memory_efficient_attention": ("p", 4),
}
_ATTENTION_ROOTS = ("torch.", "flash_attn", "xformers.")

#: A comment in which the author says that it is meant.
_INTENDED = re.compile(r"always|intention|on purpose|deliberate|monte|even (in|at|during|for) ", re.IGNORECASE)


class DropoutAlwaysOn(StaticRule):
    """
    ## What it does
    Finds dropout that `eval()` can't turn off: `F.dropout(x, p)` without `training=` (the default is True), an
    `nn.Dropout` that is built in `forward` (a fresh module is in train mode), and
    `scaled_dot_product_attention(..., dropout_p=self.p)`, which knows nothing of the mode of the model.

    ## Why is this bad?
    Validation and predictions run with dropout: the numbers are noisy and too low, and the same input gives another
    answer each time. Nothing is raised. Before torch 1.0 `training=False` was the default of the functions: there the
    same line never drops, and the model is trained without the regularisation that it seems to have.

    ## Example
    ```python
    def forward(self, x):
        x = F.dropout(self.hidden(x), p=0.5)
        return self.head(x)
    ```

    ## Use instead
    ```python
    def forward(self, x):
        x = F.dropout(self.hidden(x), p=0.5, training=self.training)
        return self.head(x)
    ```

    ## Fix safety
    The fixes make the dropout follow the mode of the module: `training=self.training`, `.train(self.training)` on a
    layer that is built in `forward`, `p if self.training else 0.0`. Training stays as it was. They are unsafe because
    predictions change, also of code that wants dropout in them.

    ## Known problems
    Dropout that is meant to stay on (Monte Carlo dropout, the prenet of Tacotron) should say so with
    `training=True`, or in a comment on its line; neither is reported. Functions that are no method of a module are
    not looked at, nor classes that the program doesn't use, nor a rate that is 0 in all objects that it makes. The
    rate of a layer (`dropout_p=self.drop.p`) that is 0 by default is not reported unless another one is seen.

    ## References
    - [torch.nn.functional.dropout](https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html)
    - [pytorch/pytorch#124464](https://github.com/pytorch/pytorch/issues/124464)
    - [kakao/khaiii#72](https://github.com/kakao/khaiii/issues/72): never dropped with torch 0.4.1, always with 1.1
    """

    code = "TLN304"
    name = "dropout-always-on"
    guarded = True
    triggers = (b"dropout", b"Dropout", b"scaled_dot_product_attention", b"flash_attn", b"memory_efficient_attention")

    def check(self, module: Module) -> Iterator[Problem]:
        for call, problem in self._candidates(module):
            method = _method(call.function)
            if method is not None and method.cls is not None and not _is_only_trained(module.evaluator, method.cls):
                yield problem

    def _candidates(self, module: Module) -> Iterator[tuple[Call, Problem]]:
        for name in _DROPOUTS:
            for call in dict.fromkeys(module.calls_by_name.get(name, ())):
                if _runs_in_both_modes(module, call):
                    yield from ((call, problem) for problem in self._functional(module, call))
        for name in _ATTENTIONS:
            for call in dict.fromkeys(module.calls_by_name.get(name, ())):
                if _runs_in_both_modes(module, call):
                    yield from ((call, problem) for problem in self._attention(module, call, name))
        built = {id(call) for name in _LAYERS for call in module.calls_by_name.get(name, ())}
        if built:
            for call in module.calls:
                if id(call.func) not in built:
                    continue
                built.discard(id(call.func))
                if _runs_in_both_modes(module, call):
                    yield from ((call, problem) for problem in self._layer(module, call))

    def _functional(self, module: Module, call: Call) -> Iterator[Problem]:
        if not _is_torch(module.evaluator, call.func, "torch.nn.functional.", _DROPOUTS):
            return
        if len(call.args) > 2 or any(key in (None, "training") for key, _ in call.keywords):
            return
        p = call.args[1] if len(call.args) > 1 else call.keyword("p")
        if p is not None and (_mentions_mode(p) or isinstance(strip(p), Param) or _never(call, p)):
            return
        if _INTENDED.search(module.comment(call)) or is_unused(call):
            return
        name = module.text(call.func) or "dropout"
        yield Problem(
            module.site(call),
            f"`{name}` without `training=` drops in eval mode too (its default is True): validation and predictions "
            "are noisy and change from call to call (before torch 1.0 the default was False, and it never drops)",
            "pass `training=self.training`, or `training=True` if it is meant to stay on",
            fix=partial(_with_training, module, call),
        )

    def _layer(self, module: Module, call: Call) -> Iterator[Problem]:
        """`nn.Dropout(p)(x)`, or a Dropout that is built and used in the same run of `forward`."""
        layer = call.func
        method = _method(call.function)
        if not isinstance(layer, Call) or layer.function is not call.function or method is None:
            return
        if method.name == "__init__":
            return
        if not _is_torch(module.evaluator, layer.func, "torch.nn.", _LAYERS):
            return
        p = layer.args[0] if layer.args else layer.keyword("p")
        if p is not None and (_mentions_mode(p) or isinstance(strip(p), Param) or _never(call, p)):
            return
        written = module.text(layer.func) or "nn.Dropout"
        apart = not module.text(call).startswith(module.text(layer))
        yield Problem(
            module.site(call),
            f"`{written}` is built in `{method.name}`: a new module is in train mode, so it drops in eval mode too, "
            "and validation and predictions are noisy",
            f"create it once in `__init__` (`self.dropout = {written}(...)`) and call `self.dropout(...)` here",
            ((module.site(layer), "built here, in train mode, at each call"),) if apart else (),
            partial(_in_mode, module, layer),
        )

    def _attention(self, module: Module, call: Call, name: str) -> Iterator[Problem]:
        keyword, position = _ATTENTIONS[name]
        p = call.args[position] if len(call.args) > position else call.keyword(keyword)
        if p is None or not _own_or_literal(p) or _never(call, p):
            return
        values = module.evaluator.values(call.func, None)
        if not any(isinstance(value, External) and value.name.startswith(_ATTENTION_ROOTS) for value in values):
            return
        written = module.text(p) or "p"
        yield Problem(
            module.site(call),
            f"`{name}` applies `{keyword}={written}` in eval mode too: it does not know the mode of the model, "
            "and validation and predictions are noisy",
            f"pass `{keyword}={written} if self.training else 0.0`",
            fix=partial(_only_in_training, module, call, position, keyword),
        )


def _with_training(module: Module, call: Call) -> Fix | None:
    own = _self_of(call)
    if own is None or any(isinstance(arg, Starred) for arg in call.args):
        return None
    edit = module.editor.with_argument(call, f"training={own}.training")
    return Fix(f"pass `training={own}.training`", (edit,)) if edit is not None else None


def _in_mode(module: Module, layer: Call) -> Fix | None:
    own, span = _self_of(layer), module.editor.span(layer)
    if own is None or span is None:
        return None
    text = f".train({own}.training)"
    return Fix(f"add `{text}`", tuple(module.editor.behind(span, text)))


def _only_in_training(module: Module, call: Call, position: int, keyword: str) -> Fix | None:
    own, span = _self_of(call), module.editor.argument(call, position, keyword)
    if own is None or span is None:
        return None
    text = f"{span.text} if {own}.training else 0.0"
    return Fix(f"pass `{text}`", (module.editor.replace(span, text),))


def _self_of(call: Call) -> str | None:
    """What the module is called where a call stands."""
    method = _method(call.function)
    if method is None or not method.params or method.params[0].kind != "plain":
        return None
    name, scope = method.params[0].name, call.function
    while scope is not method and scope is not None:
        if name in scope.bindings:
            return None
        scope = scope.parent  # type: ignore[assignment]
    return name


def _runs_in_both_modes(module: Module, call: Call) -> bool:
    """Whether a call stands in a method of a module, and nothing on the way to it asks for the mode."""
    method = _method(call.function)
    return (
        method is not None
        and method.cls is not None
        and not _depends_on_mode(call.guards)
        and is_module_class(module.evaluator, method.cls)
        and not _called_in_training_only(module, method)
    )


def _method(function: Function) -> Function | None:
    """The method that `function` is, or stands in."""
    scope: Function | None = function
    while scope is not None and not scope.is_method:
        scope = scope.parent
    return scope


def _is_torch(evaluator: Evaluator, func: Node, root: str, names: frozenset[str]) -> bool:
    return any(
        isinstance(value, External) and value.name.startswith(root) and value.last in names
        for value in evaluator.values(func, None)
    )


def _own_or_literal(node: Node) -> bool:
    """A number, or an attribute of self that doesn't ask for the mode: anything else may be 0 in eval mode."""
    if isinstance(node, Const):
        return isinstance(node.value, float) and node.value > 0
    while isinstance(node, Attr):
        if node.name == "training":
            return False
        node = node.base
    return isinstance(node, Param) and node.index == 0 and node.function.is_method


def _never(call: Call, p: Node) -> bool:
    """Whether the probability is 0 in all objects that are seen to be made."""
    evaluator, method = call.function.module.evaluator, _method(call.function)
    assert method is not None
    rates = {evaluator.constant(p, frame) for frame in contexts(evaluator, method)}
    return rates <= {0} or (rates <= {0, None} and _is_off_by_default(method, p))


def _is_off_by_default(method: Function, p: Node) -> bool:
    """Whether a rate is that of a layer which other paths of the code apply, `dropout_p=self.drop.p`, and 0 unless
    somebody gives `__init__` another one: `self.drop = nn.Dropout(drop)`.
    """
    init = method.cls.methods.get("__init__") if method.cls is not None else None
    node = strip(p)
    layer = strip(node.base) if isinstance(node, Attr) and node.name == "p" else None
    if init is None or not isinstance(layer, Attr):
        return False
    given = [
        strip(store.value.args[0])
        for store in init.stores
        if isinstance(store.target, Attr) and store.target.name == layer.name and isinstance(store.value, Call)
        if store.value.args
    ]
    defaults = [value.default for value in given if isinstance(value, Param)]
    return bool(given) and len(defaults) == len(given) and all(map(_is_zero, defaults))


def _is_zero(default: Node | None) -> bool:
    return isinstance(default, Const) and default.value in (0, 0.0) and default.value is not False


def _called_in_training_only(module: Module, method: Function) -> bool:
    """Whether all calls of a helper method of the class ask for the mode first."""
    if method.name == "forward" or method.cls is None:
        return False
    calls = [
        call
        for call in module.calls_by_name.get(method.name, ())
        if call.function.cls is method.cls and isinstance(call.func, Attr)
    ]
    return bool(calls) and all(_depends_on_mode(call.guards) for call in calls)


def _is_only_trained(evaluator: Evaluator, cls: Class) -> bool:
    """Whether all that is seen of the networks of a class is training: each of their calls is on the way to a backward,
    as those of the discriminator of a GAN.
    """
    calls = list(_calls_of(evaluator, cls))
    return bool(calls) and all(any(reaches(loss, {id(call)}) for _, loss in backwards(call.function)) for call in calls)


def _calls_of(evaluator: Evaluator, cls: Class) -> Iterator[Call]:
    """The calls of the networks of a class, of their own methods, and of other files that are given them."""
    modules = {network.call.function.module for network in evaluator.callers.instances(cls) if network.call is not None}
    methods = {name for owner in evaluator.mro(cls) for name in owner.methods}
    for module in sorted(modules, key=lambda module: module.source.path):
        for call in module.calls:
            func = call.func
            asked = [func.base if isinstance(func, Attr) and func.name in methods else func]
            for context in contexts(evaluator, call.function):
                callees = evaluator.values(func, context)
                if any(isinstance(v, (FunctionValue, ClassValue)) and _module_of(v) is not module for v in callees):
                    asked += call.args
                if any(
                    isinstance(value, Instance) and value.cls is cls
                    for node in asked
                    for value in evaluator.values(node, context)
                ):
                    yield call


def _module_of(value: FunctionValue | ClassValue) -> Module:
    return value.function.module if isinstance(value, FunctionValue) else value.cls.module


def _depends_on_mode(guards: Guards) -> bool:
    return any(_mentions_mode(cond) for cond, _ in guards)


def _mentions_mode(node: Node, depth: int = 0) -> bool:
    """Whether a value asks `self.training`, or something of that name."""
    if depth > 6:
        return False
    if isinstance(node, (Attr, Free, Param)) and "train" in node.name:
        return True
    parts = (node.cond, *node.parts()) if isinstance(node, Choice) else node.parts()
    return any(_mentions_mode(part, depth + 1) for part in parts)
