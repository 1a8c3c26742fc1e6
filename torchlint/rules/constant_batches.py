from __future__ import annotations

from torchlint.rules.base import Rule


class ConstantBatches(Rule):
    """
    ## What it does
    Finds a training that gets the same batch in every step, inputs that are the same for all samples, or labels that
    are all of one class.

    ## Why is this bad?
    The loss falls nicely, since one batch is easily learnt by heart, and a constant is learnt by a bias. Nothing
    is learnt about the data.

    ## Example
    ```python
    for step in range(steps):
        x, y = next(iter(loader))    # always the first batch, where the loader does not shuffle
    ```

    ## Use instead
    ```python
    for x, y in loader:
        ...
    ```

    ## Known problems
    Training on all data at once is no finding: the same tensor in each step is judged only where a DataLoader of
    several batches of this size exists. Learning one batch by heart on purpose looks like the bug, and
    `ignore=["TLN705"]` says that it is meant. Labels are judged where a cross entropy of three classes or more follows
    a layer; contrastive losses, whose labels are all 0, are left alone.

    ## References
    - Karpathy,
      [A Recipe for Training Neural Networks](https://karpathy.github.io/2019/04/25/recipe/): "visualize just before the
      net"
    """

    code = "TLN705"
    name = "constant-batches"
    guarded = True
