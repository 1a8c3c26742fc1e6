from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.programs import training_facts

if TYPE_CHECKING:
    from torchlint.semantics.module import Module


class OptimizerMissesParameters(StaticRule):
    """
    ## What it does
    Finds parameters that should learn and do not: they get gradients but no optimizer holds them; an optimizer holds
    parameters that are not in the model any more; the model uses them but the loss never reaches them; steps change
    nothing; all weights but those of normalisation layers are frozen.

    ## Why is this bad?
    The rest of the network learns around the dead part, so the loss falls, only not as far as it could.

    ## Example
    ```python
    optimizer = torch.optim.Adam(model.parameters())
    model.head = nn.Linear(512, 10)      # the optimizer still holds the old head
    ```

    ## Use instead
    ```python
    model.head = nn.Linear(512, 10)
    optimizer = torch.optim.Adam(model.parameters())
    ```

    ## Known problems
    Where an optimizer holds only the smaller part of a model, as in fine-tuning a head, nothing is reported.
    Parameters that the model holds but never uses are left alone. The guard judges after five steps. In source, only a
    layer that is put into a network after its optimizer was built is seen.

    ## References
    - [torch.optim: constructing it](https://pytorch.org/docs/stable/optim.html#constructing-it)
    - Jiang et al.,
      [Training with Confidence: Catching Silent Errors in Deep Learning Training](https://arxiv.org/abs/2506.14813)
    """

    code = "TLN108"
    name = "optimizer-misses-parameters"
    guarded = True
    triggers = (b"optim",)

    def check(self, module: Module) -> Iterator[Problem]:
        for fact in training_facts(module, "replaced"):
            yield Problem(
                fact.site,
                f"{fact.subject} is put into the network after its optimizer was built: it is never trained",
                "build the optimizer after the network is complete, or give it the new parameters with add_param_group",
                fact.related,
            )
