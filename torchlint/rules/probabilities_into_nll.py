from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules._losses import TRIGGERS, mismatches, problem
from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.knowledge.activations import LINEAR, PROBABILITIES
from torchlint.semantics.knowledge.losses import DIVERGENCES, LOG_PROBABILITIES

if TYPE_CHECKING:
    from torchlint.semantics.module import Module


class ProbabilitiesIntoNll(StaticRule):
    """
    ## What it does
    Finds probabilities or raw logits that are given to `NLLLoss` or `F.nll_loss`, and probabilities that are given
    as the input of `KLDivLoss` or `F.kl_div`. These losses expect log-probabilities.

    ## Why is this bad?
    `NLLLoss` only picks and negates: fed probabilities it is a linear loss between -1 and 0 (a loss that turns
    negative is the sign of this bug), fed raw logits it has no lower bound at all. Nothing is raised.

    ## Example
    ```python
    output = F.softmax(self.head(x), dim=1)
    loss = F.nll_loss(output, target)
    ```

    ## Use instead
    ```python
    output = F.log_softmax(self.head(x), dim=1)
    loss = F.nll_loss(output, target)
    ```

    ## Known problems
    Raw logits are only reported where the last layer is seen, or the network is a classifier of torchvision whose head
    nobody replaces. A loss that is summed up and never read is not reported, nor one that only tells in which direction
    an input is to be changed (an attack), nor `kl_div` without a reduction whose rows are weighted.

    ## References
    - [torch.nn.NLLLoss](https://pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html)
    - [torch.nn.KLDivLoss](https://pytorch.org/docs/stable/generated/torch.nn.KLDivLoss.html)
    """

    code = "TLN203"
    name = "probabilities-into-nll"
    guarded = True
    triggers = TRIGGERS

    def check(self, module: Module) -> Iterator[Problem]:
        for use, item in mismatches(module, LOG_PROBABILITIES, PROBABILITIES | {LINEAR}):
            if item.kind == LINEAR and use.name in DIVERGENCES:
                continue
            if item.kind == LINEAR:
                given, harm = "raw logits go", "the loss has no lower bound and training runs away"
            else:
                given, harm = f"{item.kind} output goes", "without the logarithm the loss is not a likelihood"
            yield problem(
                module,
                use,
                item,
                "the last layer" if item.kind == LINEAR else item.kind,
                f"{given} into {use.name}, which expects log-probabilities: {harm}",
                "apply log_softmax before it, or give raw logits to CrossEntropyLoss",
            )
