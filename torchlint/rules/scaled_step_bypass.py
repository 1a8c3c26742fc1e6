from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.programs import training_facts

if TYPE_CHECKING:
    from torchlint.semantics.module import Module


class ScaledStepBypass(StaticRule):
    """
    ## What it does
    Finds a loss that was scaled by a `GradScaler` while the optimizer steps directly, without
    `scaler.step(optimizer)`.

    ## Why is this bad?
    The gradients are thousands of times too large, and nothing divides them again or skips the steps that overflowed.
    Optimizers that normalise gradients, such as Adam, hide it for a while.

    ## Example
    ```python
    scaler.scale(loss).backward()
    optimizer.step()
    ```

    ## Use instead
    ```python
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()
    ```

    ## Known problems
    `scaler.unscale_(optimizer)` followed by `optimizer.step()` is left alone: the gradients are right, though steps
    that overflowed are not skipped. A scaler with `enabled=False` scales nothing and is left alone too.

    ## References
    - [torch.amp.GradScaler](https://pytorch.org/docs/stable/amp.html#gradient-scaling)
    """

    code = "TLN105"
    name = "scaled-step-bypass"
    guarded = True
    triggers = (b"caler",)

    def check(self, module: Module) -> Iterator[Problem]:
        for fact in training_facts(module, "scaled-step"):
            yield Problem(
                fact.site,
                f"{fact.subject}.step() uses gradients that are still multiplied by the loss scale, "
                "and does not skip those that overflowed",
                f"write scaler.step({fact.subject}), then scaler.update()",
                fact.related,
            )
