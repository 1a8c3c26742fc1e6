from __future__ import annotations

from torchlint.rules.base import Rule


class BroadcastLoss(Rule):
    """
    ## What it does
    Finds a loss or a metric between predictions of shape (N, 1) and targets of shape (N), which broadcast to (N, N).

    ## Why is this bad?
    Every prediction is compared with every target. The best answer to that is the mean of all targets, for each
    sample: the loss falls to the variance of the data and stays there.

    ## Example
    ```python
    loss = F.mse_loss(model(x), y)              # (N, 1) against (N)
    loss = ((model(x) - y) ** 2).mean()
    ```

    ## Use instead
    ```python
    loss = F.mse_loss(model(x).squeeze(1), y)
    ```

    ## Known problems
    Pairwise differences are meant where both sides need a gradient, or neither.

    ## References
    - [Broadcasting semantics](https://pytorch.org/docs/stable/notes/broadcasting.html)
    """

    code = "TLN205"
    name = "broadcast-loss"
    guarded = True
