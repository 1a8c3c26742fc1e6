from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.programs import training_facts

if TYPE_CHECKING:
    from torchlint.semantics.module import Module


class NoOptimizerStep(StaticRule):
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
    Weights that are updated by hand count as stepping. In source, the bug is seen where the optimizer is created in the
    same program and no code that is not seen gets it. The guard speaks after five rounds of gradients that were thrown
    away, or at the end of a run without a single step.

    ## References
    - [Optimizing model parameters](https://pytorch.org/tutorials/beginner/basics/optimization_tutorial.html)
    """

    code = "TLN109"
    name = "no-optimizer-step"
    guarded = True
    triggers = (b"backward(",)

    def check(self, module: Module) -> Iterator[Problem]:
        for fact in training_facts(module, "never-stepped"):
            yield Problem(
                fact.site,
                f"nothing steps: the gradients that this backward() computes for {fact.subject} "
                "are cleared unused, and the weights stay as they are",
                f"call {fact.subject}.step() after backward(), before the gradients are cleared",
                fact.related,
            )
