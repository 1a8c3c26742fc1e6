"""The fix of TLN201 and TLN202: the loss gets the value from before the softmax or sigmoid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.findings import Fix
from torchlint.semantics.knowledge.activations import KEEPING
from torchlint.semantics.nodes import (
    Attr,
    Call,
    Choice,
    Comprehension,
    Const,
    Display,
    Item,
    Join,
    Loop,
    Mapping,
    Node,
    Part,
)
from torchlint.semantics.operations import Operations, called_name
from torchlint.semantics.values import External, Instance

if TYPE_CHECKING:
    from torchlint.semantics.activations import Activation
    from torchlint.semantics.editor import Span
    from torchlint.semantics.losses import LossUse
    from torchlint.semantics.module import Module

#: Those whose input is what the loss expects; the others (softmin, gumbel_softmax) do more than to squash.
_FUNCTIONS = frozenset({"softmax", "sigmoid", "expit"})
_LAYERS = frozenset({"Softmax", "Softmax2d", "Sigmoid"})

#: Calls that put a layer into a network.
_PLACES = ("Sequential", "OrderedDict", "append", "add_module", "ModuleList")

#: What gives the same for probabilities and for logits.
_ORDER = frozenset({"argmax", "argsort"})
#: The same for the second part of their result; the first part are values.
_PAIRS = frozenset({"max", "topk", "sort", "kthvalue"})
_SHAPE = frozenset({"shape", "size", "dim", "ndim", "numel", "device", "dtype"})


def use_logits(module: Module, use: LossUse, item: Activation) -> Fix | None:
    """The softmax or sigmoid taken out, or, if its result is also used elsewhere, its input given to the loss."""
    if item.site is None or item.site.module is not module:
        return None
    call = module.call_at(item.site.n)
    if call is None:
        return None
    if item.layer is not None and item.layer.n == call.n:
        return _without_layer(module, call)
    operand = _operand(module, call, item)
    whole = module.editor.span(call)
    if operand is None or whole is None:
        return None
    loss = module.call_at(use.site.n) if use.site.module is module else None
    if _only_ordered(Operations(call.function), call, loss, 0):
        removed = _without_assignment(module, call, operand, item)
        if removed is not None:
            return removed
        return Fix(f"use `{_short(operand)}`, without the {item.kind}", (module.editor.instead(whole, operand),))
    return _given(module, loss, call, operand) if loss is not None and loss.function is call.function else None


def _given(module: Module, loss: Call, call: Call, operand: Span) -> Fix | None:
    """`loss(logits, y)` in place of `loss(probabilities, y)`; other code goes on with the probabilities."""
    given = module.editor.argument(loss, 0, "input")
    bindings = call.function.bindings
    if given is None or not (given.text.isidentifier() and operand.text.isidentifier()) or given.text == operand.text:
        return None
    # the names mean the same in both places: each is only bound once
    if len(bindings.get(operand.text, ())) != 1 or [value.n for value in bindings.get(given.text, ())] != [call.n]:
        return None
    return Fix(f"give `{operand.text}` to the loss", (module.editor.replace(given, operand.text),))


def _without_assignment(module: Module, call: Call, operand: Span, item: Activation) -> Fix | None:
    """No `x = softmax(x)`, if other statements stay in its block."""
    editor = module.editor
    statement = editor.statement(call)
    given, target = (editor.assigned(statement), editor.target(statement)) if statement is not None else (None, None)
    if given is None or target is None or statement is None or target.text != operand.text:
        return None
    if given.syntax is not getattr(editor.span(call), "syntax", None):
        return None
    if next(editor.before(call), None) is None and next(editor.after(call), None) is None:
        return None
    removed = editor.remove(statement)
    return Fix(f"remove the {item.kind}", (removed[0],)) if removed is not None else None


def _without_layer(module: Module, layer: Call) -> Fix | None:
    """A `Sequential` without its last layer; a layer that can't be left out is replaced by one that does nothing."""
    editor = module.editor
    if called_name(layer) not in _LAYERS or not editor.is_element(layer, _PLACES):
        return None
    edit = editor.without_element(layer) if editor.is_element(layer, ("Sequential",)) else None
    if edit is not None:
        return Fix(f"remove `{module.text(layer)}`", (edit,))
    callee, span = editor.callee(layer), editor.span(layer)
    if callee is None or span is None or not isinstance(layer.func, Attr):
        return None
    text = f"{callee.text.removesuffix(layer.func.name)}Identity()"
    return Fix(f"write `{text}` in the place of `{module.text(layer)}`", (editor.replace(span, text),))


def _operand(module: Module, call: Call, item: Activation) -> Span | None:
    """What a softmax is applied to, if it is certain that it is one in every call."""
    editor, name = module.editor, called_name(call)
    if item.layer is not None:
        layers = module.evaluator.values(call.func, None)
        known = all(isinstance(v, Instance) and v.cls is None and v.last in _LAYERS for v in layers)
        return editor.argument(call, 0, "input") if layers and known else None
    if name not in _FUNCTIONS:
        return None
    values = module.evaluator.values(call.func, None)
    if len(values) == 1 and isinstance(values[0], External):
        return editor.argument(call, 0, "input")
    if any(isinstance(value, (External, Instance)) for value in values) or not isinstance(call.func, Attr):
        return None
    return editor.base(call)


def _only_ordered(operations: Operations, node: Node, loss: Call | None, depth: int) -> bool:
    """Whether a value only goes into the loss, is returned, or is asked for its order: then logits do as well."""
    if depth > 8:
        return False
    for taker in operations.takers_of(node):
        if taker is loss or isinstance(taker, (Display, Mapping)):
            continue
        if isinstance(taker, Attr):
            if taker.name in _SHAPE:
                continue
            follows = taker.name == "data" or taker.name in KEEPING or taker.name in _ORDER | _PAIRS
            if not (follows and _only_ordered(operations, taker, loss, depth + 1)):
                return False
        elif isinstance(taker, Call):
            name = called_name(taker)
            if name in _PAIRS:
                if not all(_is_order(operations, part) for part in operations.takers_of(taker)):
                    return False
            elif name not in _ORDER and not (name in KEEPING and _only_ordered(operations, taker, loss, depth + 1)):
                return False
        elif isinstance(taker, (Loop, Join, Choice, Item, Part)):
            if (isinstance(taker, Item) and taker.index is node) or not _only_ordered(
                operations, taker, loss, depth + 1
            ):
                return False
        elif not isinstance(taker, Comprehension):
            return False
    return True


def _is_order(operations: Operations, part: Node) -> bool:
    """Whether of a pair (values, indices) only the indices are used."""
    if isinstance(part, Part):
        return part.index in (1, -1) or not operations.takers_of(part)
    if isinstance(part, Item):
        return isinstance(part.index, Const) and part.index.value in (1, -1)
    return isinstance(part, Attr) and part.name == "indices"


def _short(span: Span) -> str:
    text = " ".join(span.text.split())
    return text if len(text) <= 60 else "its input"
