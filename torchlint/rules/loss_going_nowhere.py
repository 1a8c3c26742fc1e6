from __future__ import annotations

from torchlint.rules.base import Rule


class LossGoingNowhere(Rule):
    """
    ## What it does
    Finds a training whose loss has grown to several times what it was at the start, or whose classifier still guesses
    after a thousand steps.

    ## Why is this bad?
    Nothing raises, and the machine is busy. A loss that climbs tells of a learning rate that is too high or of a loss
    with the wrong sign; one that stays at ln(number of classes) tells of inputs that carry nothing, labels that were
    shuffled apart from their inputs, or weights that do not learn.

    ## Example
    ```python
    x = x[torch.randperm(len(x))]        # and y is not
    ```

    ## Use instead
    ```python
    order = torch.randperm(len(x))
    x, y = x[order], y[order]
    ```

    ## Known problems
    A statistic. Diverging: the mean of the last 20 losses is above three times that of the first 10, and even the
    least of them is above the largest of those. It is judged where all losses are positive and there is one optimizer:
    adversaries raise each other's. Stuck: the mean of the last 100 losses is within one percent of ln(C), after 1,000
    steps, for a mean cross entropy. A spike is no divergence.

    ## References
    - Karpathy,
      [A Recipe for Training Neural Networks](https://karpathy.github.io/2019/04/25/recipe/)
    """

    code = "TLN508"
    name = "loss-going-nowhere"
    guarded = True
