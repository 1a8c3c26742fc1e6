from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.training import training_facts

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
        for fact in training_facts(module):
            if fact.kind == "scaled-clip":
                yield Problem(
                    fact.site,
                    "gradients are clipped while they are still multiplied by the loss scale: "
                    "the limit is thousands of times too low, and nearly every step is cut down to almost nothing",
                    "call scaler.unscale_(optimizer) before clipping",
                    fact.related,
                )
