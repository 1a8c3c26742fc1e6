from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from torchlint.findings import Fix
from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.nodes import Attr
from torchlint.semantics.programs import training_facts
from torchlint.semantics.scaling import is_scaler
from torchlint.semantics.training import Fact

if TYPE_CHECKING:
    from torchlint.semantics.module import Module


class ClipWithoutUnscale(StaticRule):
    """
    ## What it does
    Finds gradients that a `GradScaler` has scaled and that are clipped before `scaler.unscale_(optimizer)`.

    ## Why is this bad?
    The scaler multiplies the loss, and so every gradient, by 65536 at first. A limit of 1.0 then means 1 / 65536:
    nearly every step is cut down to almost nothing, and how much depends on a scale that changes during the training.

    ## Example
    ```python
    scaler.scale(loss).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
    ```

    ## Use instead
    ```python
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
    ```

    ## Fix safety
    The fix inserts `scaler.unscale_(optimizer)` before the clipping, where `scaler.step(optimizer)` follows in the same
    block. It is unsafe: the limit has its effect from then on, and training takes another course.

    ## Known problems
    A limit above 1000, or one that is computed with the scale, is taken for one that was multiplied on purpose. The
    linter is silent where gradients may have been divided by hand, and where scaling and clipping stand under
    different conditions.

    ## References
    - [Automatic mixed precision examples: gradient clipping](https://pytorch.org/docs/stable/notes/amp_examples.html)
    """

    code = "TLN104"
    name = "clip-without-unscale"
    guarded = True
    triggers = (b"clip_grad",)

    def check(self, module: Module) -> Iterator[Problem]:
        for fact in training_facts(module, "scaled-clip"):
            yield Problem(
                fact.site,
                "gradients are clipped while they are still multiplied by the loss scale: "
                "the limit is thousands of times too low, and nearly every step is cut down to almost nothing",
                "call scaler.unscale_(optimizer) before clipping",
                fact.related,
                partial(_unscale, module, fact),
            )


def _unscale(module: Module, fact: Fact) -> Fix | None:
    """`scaler.unscale_(optimizer)` before the clipping, where the scaler's step follows in the same block."""
    editor, clip = module.editor, module.call_at(fact.site.n)
    statement = editor.statement(clip) if clip is not None else None
    if clip is None or statement is None:
        return None
    steps = [
        call
        for call in clip.function.calls
        if isinstance(call.func, Attr) and call.func.name == "step" and len(call.args) == 1
    ]
    for later in editor.after(clip):
        for step in steps:
            scaler, optimizer = editor.base(step), editor.argument(step, 0, "optimizer")
            if not editor.holds(later, step) or scaler is None or optimizer is None:
                continue
            func = step.func
            known = isinstance(func, Attr) and is_scaler(func.base, module.evaluator, None)
            if not (known and scaler.is_name and optimizer.is_name):
                return None
            text = f"{scaler.text}.unscale_({optimizer.text})"
            edit = editor.insert_before(statement, text)
            return Fix(f"insert `{text}`", (edit,)) if edit is not None else None
    return None
