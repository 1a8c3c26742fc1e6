from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.training import training_facts

if TYPE_CHECKING:
    from torchlint.semantics.module import Module


class TrainModeNotRestored(StaticRule):
    """
    ## What it does
    Finds training that goes on in eval mode after an evaluation: `train()` is never called again, or only at the
    start of the epoch while the evaluation stands in the middle of it.

    ## Why is this bad?
    From then on Dropout does nothing and BatchNorm no longer follows the data: the network is trained without the
    regularisation it was given, and the running statistics it will be used with stay where they were.

    ## Example
    ```python
    for epoch in range(epochs):
        for x, y in train_loader:
            ...
        evaluate(model, val_loader)      # calls model.eval()
    ```

    ## Use instead
    ```python
    for epoch in range(epochs):
        model.train()
        for x, y in train_loader:
            ...
        evaluate(model, val_loader)
    ```

    ## Known problems
    A network that is in eval mode from the start (fine-tuning with frozen statistics) is not reported.

    ## References
    - [torch.nn.Module.train](https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.train)
    """

    code = "TLN302"
    name = "train-mode-not-restored"
    guarded = True
    triggers = (b"val", b"test(", b".train(", b"backward(")

    def check(self, module: Module) -> Iterator[Problem]:
        for fact in training_facts(module):
            if fact.kind == "left-in-eval":
                yield Problem(
                    fact.site,
                    f"{fact.subject} is left in eval mode here and training goes on: Dropout is off and BatchNorm "
                    "no longer follows the data",
                    f"call {fact.subject}.train() before training goes on",
                    fact.related,
                )
