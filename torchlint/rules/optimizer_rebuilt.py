from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.programs import training_facts

if TYPE_CHECKING:
    from torchlint.semantics.module import Module


class OptimizerRebuilt(StaticRule):
    """
    ## What it does
    Finds an optimizer with moments or momentum that is created anew in every round of a loop over epochs, with the same
    settings, for a network that was made before the loop.

    ## Why is this bad?
    The running averages of the gradients begin at zero in each epoch. Adam takes its first steps at almost the full
    learning rate whatever the gradients are, so each epoch begins with a jolt, and momentum never builds up.

    ## Example
    ```python
    for epoch in range(epochs):
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        for x, y in loader:
            ...
            optimizer.step()
    ```

    ## Use instead
    ```python
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for epoch in range(epochs):
        for x, y in loader:
            ...
            optimizer.step()
    ```

    ## Known problems
    A learning rate that changes from round to round, parameters that are frozen or unfrozen, weights that are loaded or
    reset in the loop, and loops over folds, tasks, networks or configurations are left alone. So is SGD without
    momentum, which keeps nothing.

    ## References
    - Kingma and Ba, [Adam: A Method for Stochastic Optimization](https://arxiv.org/abs/1412.6980), section 3
    """

    code = "TLN110"
    name = "optimizer-rebuilt"
    triggers = (b"optim",)

    def check(self, module: Module) -> Iterator[Problem]:
        for fact in training_facts(module, "rebuilt"):
            yield Problem(
                fact.site,
                f"{fact.subject} is created anew in every round of this loop: "
                "the moments that it has gathered are lost each time",
                "create it once, before the loop",
                fact.related,
            )
