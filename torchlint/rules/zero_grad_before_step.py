from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from torchlint.rules._clearing import clear_earlier
from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.programs import training_facts

if TYPE_CHECKING:
    from torchlint.semantics.module import Module


class ZeroGradBeforeStep(StaticRule):
    """
    ## What it does
    Finds `optimizer.zero_grad()` between `backward()` and that optimizer's `step()`.

    ## Why is this bad?
    The gradients that `backward()` has just computed are thrown away, and `step()` has nothing to use: nothing is
    learnt (with weight decay or momentum the weights still move, without regard to the data).

    ## Example
    ```python
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    ```

    ## Use instead
    ```python
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    ```

    ## Fix safety
    The fix moves the call before the backward, or behind the step where the backward stands elsewhere. It is unsafe:
    a training that did nothing begins to change the weights.

    ## Known problems
    Clearing another optimizer at that place, as GANs do, is right and is not reported.

    ## References
    - [torch.optim: taking an optimization step](https://pytorch.org/docs/stable/optim.html#taking-an-optimization-step)
    """

    code = "TLN102"
    name = "zero-grad-before-step"
    guarded = True
    triggers = (b"zero_grad",)

    def check(self, module: Module) -> Iterator[Problem]:
        for fact in training_facts(module, "lost"):
            yield Problem(
                fact.site,
                f"the gradients of {fact.subject} are cleared between backward() and step(): nothing is learnt",
                f"call {fact.subject}.zero_grad() before backward(), or after {fact.subject}.step()",
                fact.related,
                partial(clear_earlier, module, fact),
            )
