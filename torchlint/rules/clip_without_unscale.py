from __future__ import annotations

from torchlint.rules.base import Rule


class ClipWithoutUnscale(Rule):
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
    A limit above 1000 is taken for one that was multiplied by the scale on purpose.

    ## References
    - [Automatic mixed precision examples: gradient clipping](https://pytorch.org/docs/stable/notes/amp_examples.html)
    """

    code = "TLN104"
    name = "clip-without-unscale"
    guarded = True
