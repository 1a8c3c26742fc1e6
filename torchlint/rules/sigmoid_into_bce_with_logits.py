from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules._losses import TRIGGERS, mismatches, problem
from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.knowledge.activations import PROBABILITIES
from torchlint.semantics.knowledge.losses import BINARY_LOGITS

if TYPE_CHECKING:
    from torchlint.semantics.module import Module


class SigmoidIntoBceWithLogits(StaticRule):
    """
    ## What it does
    Finds probabilities (the result of a sigmoid or a softmax) that are given to `BCEWithLogitsLoss`,
    `F.binary_cross_entropy_with_logits` or another loss that applies the sigmoid itself.

    ## Why is this bad?
    The loss applies a second sigmoid: what it sees lies between 0.5 and 0.73, so no example can be predicted as
    negative, the loss stays high and its gradients are small. Nothing is raised.

    ## Example
    ```python
    score = torch.sigmoid(self.head(x))
    loss = F.binary_cross_entropy_with_logits(score, target)
    ```

    ## Use instead
    ```python
    score = self.head(x)
    loss = F.binary_cross_entropy_with_logits(score, target)
    ```

    ## Fix safety
    The fix takes the sigmoid out if it stands in the file of the loss. Where its result is used for more than the loss
    and the order of the classes, the loss is given the value from before it. The fix is unsafe: what else uses the
    output of the network, in this file or another, gets logits from then on.

    ## Known problems
    A sigmoid with `BCELoss` is right and is not reported.

    ## References
    - [torch.nn.BCEWithLogitsLoss](https://pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html)
    """

    code = "TLN202"
    name = "sigmoid-into-bce-with-logits"
    guarded = True
    triggers = TRIGGERS

    def check(self, module: Module) -> Iterator[Problem]:
        for use, item in mismatches(module, BINARY_LOGITS, PROBABILITIES):
            yield problem(
                module,
                use,
                item,
                item.kind,
                f"{item.kind} output goes into {use.name}, which expects raw logits and applies the sigmoid itself: "
                "squashed twice, no example can score below 0.5 and the gradients shrink",
                f"pass the raw logits to {use.name}, or keep the {item.kind} and use BCELoss",
            )
