from __future__ import annotations

from torchlint.rules.base import Rule


class NonFinite(Rule):
    """
    ## What it does
    Finds NaN and Inf in the loss, the gradients, the parameters and the buffers of a running training, and names the
    module and the operation where they began.

    ## Why is this bad?
    One NaN spreads to all weights in a single step. The loss prints as `nan` from then on, long after the cause is
    gone.

    ## Example
    ```python
    entropy = -(p * torch.log(p)).sum()              # p can be 0
    length = torch.where(x > 0, torch.sqrt(x), x)    # the gradient of sqrt at 0 is infinite, and 0 * inf is NaN
    ```

    ## Use instead
    ```python
    entropy = -(p * torch.log(p.clamp_min(1e-8))).sum()
    length = torch.where(x > 0, torch.sqrt(x.clamp_min(1e-12)), x)
    ```

    ## Known problems
    Steps that a `GradScaler` skips are normal. On a GPU the numbers are read one step late, so the replay that names
    the module may meet weights that are poisoned already; `guard(..., protect=True)` waits instead. Sharded models
    are not replayed.

    ## References
    - [torch.autograd.set_detect_anomaly](https://pytorch.org/docs/stable/autograd.html#anomaly-detection)
    - Goldberg,
      [What every computer scientist should know about floating-point arithmetic](https://dl.acm.org/doi/10.1145/103162.103163)
    """

    code = "TLN503"
    name = "non-finite"
    guarded = True
