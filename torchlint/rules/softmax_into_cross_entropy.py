from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules._losses import TRIGGERS, mismatches, problem
from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.knowledge.activations import LINEAR, PROBABILITIES, SIGMOID
from torchlint.semantics.knowledge.losses import LOGITS

if TYPE_CHECKING:
    from torchlint.semantics.activations import Activation
    from torchlint.semantics.losses import LossUse
    from torchlint.semantics.module import Module


class SoftmaxIntoCrossEntropy(StaticRule):
    """
    ## What it does
    Finds probabilities (the result of a softmax or a sigmoid) that are given to `CrossEntropyLoss`, to
    `F.cross_entropy`, or to the same written in its two parts, `F.nll_loss(F.log_softmax(x, dim=1), y)`. The softmax
    may stand in the same function, at the end of a model's `forward`, or as the last layer of a `Sequential`, also in
    another file, and what it gives may be collected step by step.

    ## Why is this bad?
    `CrossEntropyLoss` applies `log_softmax` itself. A softmax before it is a second one: its inputs lie between 0
    and 1, so the loss can't get near zero (with 10 classes it stays above 1.46), its gradients are small, and
    training is slow and ends too early. Nothing is raised.

    ## Example
    ```python
    class Net(nn.Module):
        def forward(self, x):
            return F.softmax(self.head(x), dim=1)

    loss = nn.CrossEntropyLoss()(net(x), y)
    ```

    ## Use instead
    ```python
    class Net(nn.Module):
        def forward(self, x):
            return self.head(x)          # raw logits

    loss = nn.CrossEntropyLoss()(net(x), y)
    probabilities = net(x).softmax(dim=1)  # only where they are needed
    ```

    ## Fix safety
    The fix takes the softmax out if it stands in the file of the loss. Where its result is used for more than the loss
    and the order of the classes, the loss is given the value from before it. The fix is unsafe: what else uses the
    output of the network, in this file or another, gets logits from then on.

    ## Known problems
    `log_softmax` before the loss is redundant but harmless, and is not reported. A model whose activation depends on
    a setting that is not known before the run is not reported either.

    ## References
    - [torch.nn.CrossEntropyLoss](https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html)
    """

    code = "TLN201"
    name = "softmax-into-cross-entropy"
    guarded = True
    triggers = TRIGGERS

    def check(self, module: Module) -> Iterator[Problem]:
        for use, item in mismatches(module, LOGITS, PROBABILITIES):
            if _is_no_classifier(use, item):
                continue
            yield problem(
                module,
                use,
                item,
                item.kind,
                f"{item.kind} output goes into {use.name}, which expects raw logits and applies log_softmax itself: "
                "squashed twice, the gradients shrink and training stalls early",
                f"pass the raw logits to {use.name}; apply {item.kind} only where probabilities are needed",
            )


def _is_no_classifier(use: LossUse, item: Activation) -> bool:
    """Whether an option decides which of several networks it is, and all but this one, which ends in a sigmoid, give
    logits: an autoencoder, whose images no cross entropy of classes is meant for.
    """
    others = [other.kind for other in use.inputs if other.maker is not item.maker and other.maker is not None]
    return item.kind == SIGMOID and len(others) > 1 and set(others) == {LINEAR}
