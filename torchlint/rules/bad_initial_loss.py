from __future__ import annotations

from torchlint.rules.base import Rule


class BadInitialLoss(Rule):
    """
    ## What it does
    Finds a classifier whose first loss is far above that of guessing, which is ln(number of classes) for cross
    entropy and ln(2) for binary cross entropy.

    ## Why is this bad?
    The first outputs are confident and wrong. The cause is often a bug: weights that were initialised too large,
    inputs that were not normalised, a last layer of the wrong size, labels that are shifted. At best the first
    hundreds of steps only undo the initialisation.

    ## Example
    ```python
    nn.init.normal_(model.head.weight, std=5.0)
    ```

    ## Use instead
    ```python
    nn.init.normal_(model.head.weight, std=0.02)
    nn.init.zeros_(model.head.bias)
    ```

    ## Known problems
    A low first loss is never reported: the model may be trained already. A first loss above 1.5 ln(C) + 0.2 is;
    networks that start from scratch stay within 8 % of ln(C). Label noise or a distribution shift can put a
    pretrained model there.

    ## References
    - Karpathy,
      [A Recipe for Training Neural Networks](https://karpathy.github.io/2019/04/25/recipe/): "verify loss @ init"
    """

    code = "TLN204"
    name = "bad-initial-loss"
    guarded = True
