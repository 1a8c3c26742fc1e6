from __future__ import annotations

from torchlint.rules.base import Rule


class VanishingOrExplodingGradient(Rule):
    """
    ## What it does
    Finds a network whose first layer gets next to no gradient, or an enormous one, beside its other layers.

    ## Why is this bad?
    Each layer on the way back multiplies the gradient. Where all shrink it, the first layers do not learn, and the last
    ones fit what random features allow; where all enlarge it, one step throws the first layers far away. The loss
    moves in both cases, so it looks like a hard problem.

    ## Example
    ```python
    model = nn.Sequential(*[layer for _ in range(30) for layer in (nn.Linear(64, 64), nn.Sigmoid())])
    ```

    ## Use instead
    ```python
    model = nn.Sequential(*[layer for _ in range(30) for layer in (nn.Linear(64, 64), nn.LayerNorm(64), nn.ReLU())])
    ```

    ## Known problems
    A statistic over three samples of the first steps, or of later looks: the gradient of the first layer is below a
    millionth of the largest layer's, or above ten thousand times that of the last. Healthy networks stay
    above 0.001 and below 31. Gradients are seen as the optimizer finds them, after clipping.

    ## References
    - Glorot and Bengio, [Understanding the difficulty of training deep feedforward neural networks][glorot]
    - Zhang et al., [AutoTrainer](https://doi.org/10.1109/ICSE43902.2021.00043), whose limits of 0.001 and 70 healthy
      runs can reach

    [glorot]: https://proceedings.mlr.press/v9/glorot10a.html
    """

    code = "TLN504"
    name = "vanishing-or-exploding-gradient"
    guarded = True
