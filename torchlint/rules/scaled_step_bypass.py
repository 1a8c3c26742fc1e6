from __future__ import annotations

from torchlint.rules.base import Rule


class ScaledStepBypass(Rule):
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
    that overflowed are not skipped.

    ## References
    - [torch.amp.GradScaler](https://pytorch.org/docs/stable/amp.html#gradient-scaling)
    """

    code = "TLN105"
    name = "scaled-step-bypass"
    guarded = True
