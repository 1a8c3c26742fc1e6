from __future__ import annotations

from torchlint.rules.base import Rule


class UpdateRatioOutOfRange(Rule):
    """
    ## What it does
    Finds steps that replace the weights, or that leave them practically as they are.

    ## Why is this bad?
    A step of half the weights' size forgets what was learnt before; a step of a hundred-millionth of it is lost in
    rounding. Both have the learning rate far from where it belongs, and the loss need not tell: it jumps, or it stands.

    ## Example
    ```python
    optimizer = torch.optim.Adam(model.parameters(), lr=10.0)
    ```

    ## Use instead
    ```python
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    ```

    ## Known problems
    A statistic: how far a step moves the weights against their size is above 0.5 in the median of the layers, in two
    samples, or below 1e-8 in all layers, in three. Healthy trainings lie between 3.5e-5 and 1.1e-2. A learning rate
    that was scheduled down, or is still growing, is not judged for small steps, nor are layers that start at zero for
    large ones; nor, for small steps, is a training whose gradients are next to nothing.

    ## References
    - Karpathy,
      [Neural Networks, part 3](https://cs231n.github.io/neural-networks-3/#ratio): about 1e-3
    """

    code = "TLN506"
    name = "update-ratio-out-of-range"
    guarded = True
