from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.programs import training_facts

if TYPE_CHECKING:
    from torchlint.semantics.module import Module


class ClipOutOfOrder(StaticRule):
    """
    ## What it does
    Finds gradient clipping that has no effect on the step: after `optimizer.step()`, or before this round's
    `backward()`.

    ## Why is this bad?
    `clip_grad_norm_` and `clip_grad_value_` change the gradients that are there when they are called. Called at
    another time they clip gradients that are about to be cleared, or none at all, and the one exploding batch that
    they were meant for reaches the weights.

    ## Example
    ```python
    loss.backward()
    optimizer.step()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.zero_grad()
    ```

    ## Use instead
    ```python
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    ```

    ## Known problems
    Only torch's own functions are seen. Clipping to infinity, which people use to read the norm, is left alone. The
    guard reports after three steps in a row. The linter reports where a backward and a step are seen to follow without
    another clipping; one step in a function that nobody is seen calling again is not enough.

    ## References
    - [torch.nn.utils.clip_grad_norm_](https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html)
    - Pascanu et al., [On the difficulty of training recurrent neural networks](https://arxiv.org/abs/1211.5063)
    """

    code = "TLN103"
    name = "clip-out-of-order"
    guarded = True
    triggers = (b"clip_grad",)

    def check(self, module: Module) -> Iterator[Problem]:
        for fact in training_facts(module, "early-clip"):
            yield Problem(
                fact.site,
                f"gradients are clipped when there are none for {fact.subject} to use: "
                "those of the next backward() reach the weights unclipped",
                f"clip after backward() and before {fact.subject}.step()",
                fact.related,
            )
