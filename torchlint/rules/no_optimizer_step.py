from __future__ import annotations

from torchlint.rules.base import Rule


class NoOptimizerStep(Rule):
    """
    ## What it does
    Finds a training in which `backward()` runs and gradients are cleared, but no optimizer ever steps.

    ## Why is this bad?
    The weights stay as they are. The loss still moves, because the batches differ, and that looks like slow learning.

    ## Example
    ```python
    loss.backward()
    optimizer.step          # the method is named, not called
    optimizer.zero_grad()
    ```

    ## Use instead
    ```python
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    ```

    ## Known problems
    Weights that are updated by hand count as stepping. The guard speaks after five rounds of gradients that were
    thrown away, or at the end of a run without a single step.

    ## References
    - [Optimizing model parameters](https://pytorch.org/tutorials/beginner/basics/optimization_tutorial.html)
    """

    code = "TLN109"
    name = "no-optimizer-step"
    guarded = True
