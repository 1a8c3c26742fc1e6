"""Fixes that put the clearing of gradients where it belongs (TLN101, TLN102)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.findings import Edit, Fix
from torchlint.semantics.nodes import Attr, Binary, Call, Node
from torchlint.semantics.operations import called_name
from torchlint.semantics.values import FunctionValue

if TYPE_CHECKING:
    from torchlint.semantics.editor import Span
    from torchlint.semantics.module import Module
    from torchlint.semantics.statements import Statement
    from torchlint.semantics.training import Fact


def clear(module: Module, fact: Fact) -> Fix | None:
    """`optimizer.zero_grad()` before the backward whose gradients the step uses, or else after the step."""
    step = module.call_at(fact.site.n)
    optimizer = _optimizer(module, step) if step is not None else None
    if step is None or optimizer is None:
        return None
    editor, text = module.editor, f"{optimizer.text}.zero_grad()"
    statement = editor.statement(step)
    # `if isfinite(norm): optimizer.step()`: what is not finite must be cleared as well
    skipping = bool(step.guards) and _asks_finite(step.guards[-1][0])
    backward = _first_backward(module, step, optimizer.root, int(skipping))
    edit: Edit | None = None
    if backward is not None:
        edit = editor.insert_before(backward, text)
    elif statement is not None and editor.is_statement(statement, step):
        edit = editor.insert_after(statement, text)
    return Fix(f"insert `{text}`", (edit,)) if edit is not None else None


def clear_weights(module: Module, fact: Fact) -> Fix | None:
    """`w.grad = None` after updates by hand, for each weight that is updated in that block."""
    editor = module.editor
    here = editor.statement(fact.site)
    if here is None:
        return None
    block = [*editor.before(fact.site), here, *editor.after(fact.site)]
    last: Statement | None = None
    weights: dict[str, None] = {}
    for node, target in _updates(module):
        statement = editor.statement(node)
        span = editor.base(target) if isinstance(target, Attr) and target.name == "data" else None
        if span is None:
            span = editor.operand(node, "left") if isinstance(node, Binary) else editor.span(target)
        if statement is None or not any(statement.syntax is other.syntax for other in block):
            continue
        if span is None or not span.is_name:
            return None
        weights[span.text] = None
        if last is None or last.start < statement.start:
            last = statement
    if last is None:
        return None
    lines = [f"{weight}.grad = None" for weight in weights]
    edit = editor.insert_after(last, "\n".join(lines))
    return Fix(f"insert `{'; '.join(lines)}`", (edit,)) if edit is not None else None


def clear_earlier(module: Module, fact: Fact) -> Fix | None:
    """The clearing moved from between backward and step to before the backward, or else behind the step."""
    editor, clearing = module.editor, module.call_at(fact.site.n)
    statement = editor.statement(clearing) if clearing is not None else None
    if clearing is None or statement is None or not editor.is_statement(statement, clearing):
        return None
    removed = editor.remove(statement)
    target = editor.base(clearing)
    step = next(
        (
            later
            for later in editor.after(clearing)
            if any(site.module is module and editor.holds(later, site) for site, _ in fact.related)
        ),
        None,
    )
    if removed is None or target is None or step is None:
        return None
    backward = _first_backward(module, clearing, target.root)
    edit, text = removed
    put = editor.insert_before(backward, text) if backward is not None else editor.insert_after(step, text)
    place = "before the backward" if backward is not None else "behind the step"
    return Fix(f"move `{module.text(clearing)}` {place}", (put, edit)) if put is not None else None


def _optimizer(module: Module, step: Call) -> Span | None:
    """The optimizer of `optimizer.step()` or `scaler.step(optimizer)`, if it can be named a second time."""
    first = step.args[0] if step.args else step.keyword("optimizer")
    if first is not None and any(isinstance(v, FunctionValue) for v in module.evaluator.values(first, None)):
        return None  # a closure: it clears, or should, before its own backward
    editor = module.editor
    span = editor.argument(step, 0, "optimizer") if first is not None else editor.base(step)
    if span is None or "(" in span.text or "\n" in span.text or not span.root:
        return None
    return span


def _asks_finite(node: Node, depth: int = 0) -> bool:
    if isinstance(node, Call) and called_name(node) in ("isfinite", "isnan", "isinf"):
        return True
    return depth < 6 and any(_asks_finite(part, depth + 1) for part in node.parts())


def _first_backward(module: Module, call: Call, variable: str, up: int = 0) -> Statement | None:
    """The first of the backwards that stand before a call in its block, back to another step."""
    editor, found = module.editor, None
    calls = call.function.calls
    steps = [other for other in calls if other is not call and _is_called(other, "step")]
    backwards = [other for other in calls if _is_called(other, "backward")]
    for statement in editor.before(call, up):
        if any(editor.holds(statement, other) for other in steps) or editor.assigns(statement, variable):
            break
        if any(editor.holds(statement, other) for other in backwards):
            found = statement
    return found


def _is_called(call: Call, name: str) -> bool:
    return isinstance(call.func, Attr) and name in call.func.name


def _updates(module: Module) -> Iterator[tuple[Node, Node]]:
    """Updates of a weight by its own gradient, each with the weight."""
    for function in module.functions:
        for node in function.operations:
            if isinstance(node, Binary) and node.in_place and _has_gradient(node.right):
                yield node, node.left
        for call in function.calls:
            func = call.func
            if isinstance(func, Attr) and func.name in ("sub_", "add_") and any(map(_has_gradient, call.args)):
                yield call, func.base


def _has_gradient(node: Node, depth: int = 0) -> bool:
    if isinstance(node, Attr) and node.name == "grad":
        return True
    return depth < 6 and any(_has_gradient(part, depth + 1) for part in node.parts())
