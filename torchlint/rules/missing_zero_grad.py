from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from torchlint.rules._clearing import clear, clear_weights
from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.programs import training_facts

if TYPE_CHECKING:
    from torchlint.semantics.module import Module


class MissingZeroGrad(StaticRule):
    """
    ## What it does
    Finds an optimizer whose gradients are never cleared between its steps: not at all, only once per epoch while it
    steps for every batch, only for the other of two optimizers, or under a condition that never holds.

    ## Why is this bad?
    `backward()` adds to the gradients that are there. Without clearing, every step uses the sum of all gradients
    since the start: an ever larger step in an ever older direction. The loss may still fall for a while.

    ## Example
    ```python
    for x, y in loader:
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
    ```

    ## Use instead
    ```python
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
    ```

    ## Fix safety
    The fix inserts `zero_grad()` before the first backward that the step uses, or after the step where the backward
    stands elsewhere. It is unsafe: training takes another course, with steps that are smaller than before, and a
    learning rate that was tuned to the bug may have to be raised.

    ## Known problems
    `model.zero_grad()`, `p.grad = None` and `p.grad.zero_()` count as clearing, before or after the step, also every
    k-th step (gradient accumulation) and inside helpers. Where code that is not seen gets the optimizer, or the trainer
    that holds it, nothing is reported, and neither is anything in tests of software, in a loop that takes the time of
    a few batches, for parameters without elements, or where the weights are put back between two steps.

    ## References
    - [torch.optim.Optimizer.zero_grad](https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.zero_grad.html)
    """

    code = "TLN101"
    name = "missing-zero-grad"
    guarded = True
    triggers = (b".step(", b"backward(", b".grad")

    def check(self, module: Module) -> Iterator[Problem]:
        for fact in training_facts(module):
            if fact.kind == "stale":
                yield Problem(
                    fact.site,
                    f"the gradients of {fact.subject} are never cleared between its steps: "
                    "each step uses the sum of all gradients since the start",
                    f"call {fact.subject}.zero_grad() in every round, before backward() or after step()",
                    fact.related,
                    partial(clear, module, fact),
                )
            elif fact.kind == "carried":
                yield Problem(
                    fact.site,
                    f"the gradients that an earlier step of {fact.subject} has used are not cleared before those "
                    "of this step are added: it uses the sum of both",
                    f"call {fact.subject}.zero_grad() after the earlier step, or before the backward() of this one",
                    fact.related,
                    partial(clear, module, fact),
                )
            elif fact.kind == "stale-weight":
                yield Problem(
                    fact.site,
                    f"the gradient of {fact.subject} is never cleared between updates: "
                    "each one uses the sum of all gradients since the start",
                    f"clear it after the update: {fact.subject}.grad = None",
                    fact.related,
                    partial(clear_weights, module, fact),
                )
