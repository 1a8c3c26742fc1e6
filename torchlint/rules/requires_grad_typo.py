from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from torchlint.findings import Fix
from torchlint.rules._frozen import (
    answers_without_gradients,
    is_for_no_optimizer,
    is_replaced,
    learns_nothing,
    only_answers,
    thaws_nothing,
)
from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.functions import Class, Function
from torchlint.semantics.gradients import display_name
from torchlint.semantics.knowledge.activations import KEEPING
from torchlint.semantics.knowledge.tensors import FRESH
from torchlint.semantics.layers import assigns, is_module
from torchlint.semantics.nodes import Attr, Call, Element, Free, Item, Node, Param, Part, Slice, strip
from torchlint.semantics.operations import called_name
from torchlint.semantics.traces import Store
from torchlint.semantics.usage import is_read_inside
from torchlint.semantics.values import External, Instance, Opaque, Value

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Module
    from torchlint.semantics.values import Context

#: What people write for `requires_grad`; the last one is the method.
_MISSPELLINGS = frozenset(
    {
        "require_grad", "require_grads", "required_grad", "required_grads", "requires_grads", "requires_gradient",
        "require_gradient", "requires_gradients", "requires_gard", "require_gard", "reguires_grad", "requiers_grad",
        "requres_grad", "reqires_grad", "requies_grad", "requried_grad", "requirs_grad", "requiresgrad",
        "requires_Grad", "needs_grad", "require_grad_", "requires_grad_",
    }
)  # fmt: skip

#: Methods that list modules, with the position of the module in what they draw.
_LISTINGS = {"children": None, "modules": None, "named_children": 1, "named_modules": 1}

#: Parts of networks of torchvision and Transformers that are modules.
_PARTS = frozenset(
    {
        "features", "classifier", "fc", "avgpool", "conv1", "bn1", "layer1", "layer2", "layer3", "layer4", "heads",
        "head", "backbone", "encoder", "decoder", "embeddings", "pooler", "bert", "roberta", "distilbert", "gpt2",
        "transformer", "base_model", "vision_model", "text_model", "rpn", "roi_heads", "fpn", "body", "layer",
        "AuxLogits", "shared", "lm_head", "h", "wte", "wpe",
    }
)  # fmt: skip


class RequiresGradTypo(StaticRule):
    """
    ## What it does
    Finds `requires_grad` set where nobody reads it: under a misspelt name (`p.require_grad = False`,
    `p.requires_grad_ = False`), or on a module instead of its parameters (`model.requires_grad = False`).

    ## Why is this bad?
    Python creates a new attribute and says nothing. Layers that were meant to be frozen go on training, and layers
    that were meant to train again stay frozen.

    ## Example
    ```python
    for p in model.parameters():
        p.require_grad = False
    model.fc.requires_grad = True
    ```

    ## Use instead
    ```python
    for p in model.parameters():
        p.requires_grad = False
    model.fc.requires_grad_(True)
    ```

    ## Fix safety
    Both fixes are safe: they write what the assignment was meant to be. What was to be frozen is frozen from then on.

    ## Known problems
    A module is only known where it is created or listed (`model.children()`) in code that is seen. An attribute of
    one of these names that a class of the project defines is its own business and is not reported, unless a layer sets
    its own `requires_grad` to False and never asks for it. A tensor that was just made and is told that it needs no
    gradient is not reported: it needs none anyway. Nor is a network that is put into eval mode in the same function and
    given to nothing that may train it, nor one where the optimizers of the file are given the parameters of others, nor
    a layer that is replaced further down, nor one that is told to learn in a file in which nothing is frozen.

    ## References
    - [torch.nn.Module.requires_grad_](https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.requires_grad_)
    - [pytorch/benchmark#1771](https://github.com/pytorch/benchmark/pull/1771)
    """

    code = "TLN604"
    name = "requires-grad-typo"
    triggers = (
        b".requires_grad =",
        b".requires_grad=",
        b".requires_grad_ =",
        b".requires_grad_=",
        *(f".{name}".encode() for name in sorted(_MISSPELLINGS - {"requires_grad_"})),
    )

    def check(self, module: Module) -> Iterator[Problem]:
        for function in module.functions:
            for store in function.stores:
                target = store.target
                if not isinstance(target, Attr) or store.op != "=":
                    continue
                if only_answers(function, store, target) or is_replaced(function, store, target):
                    continue
                if answers_without_gradients(function, target):
                    continue
                if target.name in _MISSPELLINGS:
                    if not _is_so_already(module.evaluator, store, target) and not _is_loss(function, store, target):
                        yield from self._misspelt(module, function, target)
                elif target.name == "requires_grad":
                    yield from self._on_module(module, function, store, target)

    def _misspelt(self, module: Module, function: Function, target: Attr) -> Iterator[Problem]:
        for frame in _frames(module.evaluator, function, target.base):
            for value in module.evaluator.values(target.base, frame):
                if _has_own(module.evaluator, value, target.name):
                    return
        base = module.text(target.base) or "p"
        if isinstance(strip(target.base), Call):
            base = display_name(target.base, function, base)
        if target.name == "requires_grad_":
            message = f"`{base}.requires_grad_` is a method: the assignment hides it and changes nothing of the tensor"
        else:
            message = (
                f"the name is `requires_grad`: `{target.name}` is a new attribute that nobody reads, "
                "and what is trained does not change"
            )
        yield Problem(
            module.site(target), message, f"write `{base}.requires_grad = ...`", fix=partial(_renamed, module, target)
        )

    def _on_module(self, module: Module, function: Function, store: Store, target: Attr) -> Iterator[Problem]:
        evaluator = module.evaluator
        frames = _frames(evaluator, function, target.base)
        if not frames or not all(_is_module_at(evaluator, target.base, frame) for frame in frames):
            return
        if _reaches_parameters(evaluator, function, target, frames[0]) or learns_nothing(evaluator, target, frames[0]):
            return
        if thaws_nothing(module, store):
            return
        made = isinstance(strip(target.base), Call)
        if made and is_for_no_optimizer(module, evaluator.values(target.base, frames[0])):
            return
        base = target.base.name if isinstance(target.base, Param) else module.text(target.base) or "model"
        if isinstance(strip(target.base), Call):
            base = display_name(target.base, function, base)  # the variable, and not what it was given
        given = module.text(store.value) or "False"
        yield Problem(
            module.site(target),
            f"`{base}` is a module and has no `requires_grad`: its parameters are trained, or not, as before",
            f"write `{base}.requires_grad_({given})`",
            fix=partial(_called, module, store, target),
        )


def _is_so_already(evaluator: Evaluator, store: Store, target: Attr) -> bool:
    """Whether a tensor that was just made is told that it needs no gradient, as none does that is made."""
    if evaluator.constant(store.value, None) is not False:
        return False
    made = strip(target.base)
    while isinstance(made, Call) and isinstance(made.func, Attr) and called_name(made) in KEEPING and not made.keywords:
        made = strip(made.func.base)
    if not isinstance(made, Call) or made.keyword("requires_grad") is not None or called_name(made) not in FRESH:
        return False
    values = evaluator.values(made.func, None)
    return any(isinstance(value, External) and value.name.startswith("torch.") for value in values)


def _is_loss(function: Function, store: Store, target: Attr) -> bool:
    """Whether the gradients of a value are computed: a loss that needed none would fail there."""
    loss = strip(target.base)
    return function.module.evaluator.constant(store.value, None) is True and any(
        called_name(call) == "backward" and isinstance(call.func, Attr) and strip(call.func.base) is loss
        for call in function.calls
    )


def _renamed(module: Module, target: Attr) -> Fix | None:
    span = module.editor.span(target)
    if span is None or not span.text.endswith(target.name):
        return None
    start = span.end[0], span.end[1] - len(target.name)
    return Fix("write `requires_grad`", (module.editor.edit(start, span.end, "requires_grad"),), safe=True)


def _called(module: Module, store: Store, target: Attr) -> Fix | None:
    """`module.requires_grad_(False)` in place of the assignment."""
    editor = module.editor
    statement, span = editor.statement(target), editor.span(target)
    if statement is None or span is None or span.start != statement.start:
        return None
    given = editor.assigned(statement)
    if given is None:
        return None
    edits = (editor.edit(span.end, given.start, "_("), editor.edit(given.end, given.end, ")"))
    return Fix("call `requires_grad_`", edits, safe=True)


def _frames(evaluator: Evaluator, function: Function, node: Node) -> list[Context | None]:
    """Where a value is judged: in the function on its own, or, if it is a parameter, where the function is called."""
    while isinstance(node, (Attr, Item, Part, Element)) or (isinstance(node, Call) and isinstance(node.func, Attr)):
        node = node.func if isinstance(node, Call) else node.base
    if isinstance(strip(node), Param):
        return evaluator.callers.contexts(function)
    return [None]


def _is_module_at(evaluator: Evaluator, node: Node, context: Context | None) -> bool:
    values = evaluator.values(node, context)
    return bool(values) and all(_is_module(evaluator, value) for value in values)


def _is_module(evaluator: Evaluator, value: Value) -> bool:
    """Whether a value is a module that has no such attribute of its own."""
    if is_module(evaluator, value):
        return not _has_own(evaluator, value, "requires_grad")
    if not isinstance(value, Opaque):
        return False
    node, context = value.node, value.context
    if isinstance(node, Attr):
        return node.name in _PARTS and _is_library_network(evaluator, node.base, context)
    if isinstance(node, Element):
        return _lists_modules(node.base, None)
    if isinstance(node, Part) and isinstance(node.base, Element):
        return _lists_modules(node.base.base, node.index)
    if isinstance(node, Item) and not isinstance(node.index, Slice):
        return _lists_modules(node.base, None) or _is_library_list(evaluator, node, context)
    return False


def _lists_modules(node: Node, index: int | None) -> bool:
    """Whether drawing part `index` from `node` gives modules: `model.children()`, `list(model.children())[:6]`."""
    node = strip(node)
    if isinstance(node, Item) and isinstance(node.index, Slice):
        return _lists_modules(node.base, index)
    if not isinstance(node, Call):
        return False
    if isinstance(node.func, Attr) and node.func.name in _LISTINGS and not node.args:
        return _LISTINGS[node.func.name] == index
    if isinstance(node.func, Free) and node.func.name in ("list", "tuple", "reversed") and len(node.args) == 1:
        return _lists_modules(node.args[0], index)
    if isinstance(node.func, Free) and node.func.name == "enumerate" and index == 1:
        return _lists_modules(node.args[0], None)
    return False


def _is_library_network(evaluator: Evaluator, node: Node, context: Context | None) -> bool:
    """Whether a node is a network of a library, or a part of one that is a module."""
    return any(
        is_module(evaluator, value)
        if not (isinstance(value, Opaque) and isinstance(value.node, (Attr, Item)))
        else _is_module(evaluator, value)
        for value in evaluator.values(node, context)
    )


def _is_library_list(evaluator: Evaluator, node: Item, context: Context | None) -> bool:
    """`model.features[3]`, `bert.encoder.layer[0]`."""
    base = strip(node.base)
    return isinstance(base, Attr) and base.name in _PARTS and _is_library_network(evaluator, base.base, context)


def _has_own(evaluator: Evaluator, value: Value, name: str) -> bool:
    """Whether the class of an object of the project defines an attribute of that name."""
    if not isinstance(value, Instance) or value.cls is None:
        return False
    classes = evaluator.mro(value.cls)
    if any("__setattr__" in owner.methods for owner in classes):
        return True
    return assigns(evaluator, value.cls, name) and not _means_parameters(evaluator, classes, name)


def _means_parameters(evaluator: Evaluator, classes: Iterable[Class], name: str) -> bool:
    """Whether classes set `self.requires_grad` to False and never ask for it: they mean to freeze what they hold."""
    if name != "requires_grad" or any(name in cls.body.bindings or is_read_inside(cls, name) for cls in classes):
        return False
    methods = [method for cls in classes for method in cls.methods.values()]
    stores = [store for method in methods for store in method.stores if _is_attribute(store.target, name)]
    return all(evaluator.constant(store.value, None) is False for store in stores)


def _is_attribute(target: Node, name: str) -> bool:
    return isinstance(target, Attr) and target.name == name and isinstance(target.base, Param) and not target.base.index


def _reaches_parameters(evaluator: Evaluator, function: Function, target: Attr, context: Context | None) -> bool:
    """Whether the function sets the parameters of the same module as well: then the line is only superfluous."""
    wanted = set(map(id, evaluator.values(target.base, context)))
    for call in function.calls:
        if isinstance(call.func, Attr) and call.func.name in ("parameters", "named_parameters", "requires_grad_"):
            if wanted & set(map(id, evaluator.values(call.func.base, context))):
                return True
    return False
