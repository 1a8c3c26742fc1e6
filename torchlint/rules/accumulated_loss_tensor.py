from __future__ import annotations

from torchlint.rules.base import Rule


class AccumulatedLossTensor(Rule):
    """
    ## What it does
    Finds losses that are added up, or collected, as tensors, so that the graph behind each of them stays alive.

    ## Why is this bad?
    A loss that still has its graph holds on to all that made it. Memory grows with every step, and hours later the
    run dies of it far from the cause.

    ## Example
    ```python
    total_loss += loss
    ```

    ## Use instead
    ```python
    total_loss += loss.detach()   # or loss.item(), where waiting for the device does not matter
    ```

    ## Known problems
    The guard reports when the losses of the five steps before the current one are all still alive. Methods that
    differentiate through several steps keep graphs on purpose; theirs is the code to silence.

    ## References
    - [PyTorch FAQ: out of memory](https://pytorch.org/docs/stable/notes/faq.html)
    """

    code = "TLN107"
    name = "accumulated-loss-tensor"
    guarded = True
