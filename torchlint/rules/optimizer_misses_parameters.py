from __future__ import annotations

from torchlint.rules.base import Rule


class OptimizerMissesParameters(Rule):
    """
    ## What it does
    Finds parameters that should learn and do not: they get gradients but no optimizer holds them; an optimizer holds
    parameters that are not in the model any more; the model uses them but the loss never reaches them; steps change
    nothing; all weights but those of normalisation layers are frozen.

    ## Why is this bad?
    The rest of the network learns around the dead part, so the loss falls, only not as far as it could.

    ## Example
    ```python
    optimizer = torch.optim.Adam(model.parameters())
    model.head = nn.Linear(512, 10)      # the optimizer still holds the old head
    ```

    ## Use instead
    ```python
    model.head = nn.Linear(512, 10)
    optimizer = torch.optim.Adam(model.parameters())
    ```

    ## Known problems
    Where an optimizer holds only the smaller part of a model, as in fine-tuning a head, nothing is reported.
    Parameters that the model holds but never uses are left alone. The guard judges after five steps.

    ## References
    - [torch.optim: constructing it](https://pytorch.org/docs/stable/optim.html#constructing-it)
    - Jiang et al.,
      [Training with Confidence: Catching Silent Errors in Deep Learning Training](https://arxiv.org/abs/2506.14813)
    """

    code = "TLN108"
    name = "optimizer-misses-parameters"
    guarded = True
