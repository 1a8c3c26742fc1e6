from __future__ import annotations

from torchlint.rules.base import Rule


class DeadUnits(Rule):
    """
    ## What it does
    Finds a layer behind whose ReLU nearly all units are zero for a whole batch.

    ## Why is this bad?
    A unit that is never positive gets no gradient and never comes back. A layer of them passes nothing on: what
    stands before it does not learn, and what stands behind it sees a constant.

    ## Example
    ```python
    nn.init.constant_(model.hidden.bias, -100.0)
    ```

    ## Use instead
    ```python
    nn.init.zeros_(model.hidden.bias)
    ```

    ## Known problems
    A statistic: 98 % of the units of a layer are zero in all rows (16 or more), in two samples. Healthy layers
    reach 64 %. Smooth activations such as GELU have no dead units. Where compiled code is called,
    activations are not looked at.

    ## References
    - Lu et al., [Dying ReLU and Initialization](https://arxiv.org/abs/1903.06733)
    """

    code = "TLN505"
    name = "dead-units"
    guarded = True
