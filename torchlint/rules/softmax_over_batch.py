from __future__ import annotations

from torchlint.rules.base import Rule


class SoftmaxOverBatch(Rule):
    """
    ## What it does
    Finds a softmax or log-softmax right before the loss that runs over the batch (dim=0) instead of the classes.

    ## Why is this bad?
    The probabilities of one class sum to 1 over the samples, so that each prediction depends on which others are in
    its batch. It trains a little, and falls apart with another batch size.

    ## Example
    ```python
    loss = F.nll_loss(F.log_softmax(logits, dim=0), labels)
    ```

    ## Use instead
    ```python
    loss = F.nll_loss(F.log_softmax(logits, dim=1), labels)
    ```

    ## Known problems
    Only a softmax right before the loss is judged. Elsewhere, dimension 0 may be anything.

    ## References
    - [torch.nn.functional.log_softmax](https://pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html)
    """

    code = "TLN206"
    name = "softmax-over-batch"
    guarded = True
