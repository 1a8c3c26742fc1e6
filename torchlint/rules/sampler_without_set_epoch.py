from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.programs import training_facts

if TYPE_CHECKING:
    from torchlint.semantics.module import Module


class SamplerWithoutSetEpoch(StaticRule):
    """
    ## What it does
    Finds a `DistributedSampler` that shuffles, and whose `set_epoch` is not called: the training gets the data in the
    same order in each epoch.

    ## Why is this bad?
    The order is drawn from the seed and the number of the epoch, so that all processes draw the same one. Without
    `set_epoch` that number stays 0. Each process also sees the same part of the data for ever, so the batches are the
    same ones again and again.

    ## Example
    ```python
    sampler = DistributedSampler(dataset)
    loader = DataLoader(dataset, sampler=sampler)
    for epoch in range(epochs):
        for x, y in loader: ...
    ```

    ## Use instead
    ```python
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        for x, y in loader: ...
    ```

    ## Known problems
    The guard speaks in the third epoch with the same number, so that a search for a learning rate before the training
    is no finding. In source, the sampler, its loader and the loop over epochs must be seen in one program, which never
    calls `set_epoch`. Samplers of other makes are not looked at, nor those with a seed of their own, nor a training of
    one epoch by default.

    ## References
    - [torch.utils.data.distributed.DistributedSampler][sampler]

    [sampler]: https://pytorch.org/docs/stable/data.html#torch.utils.data.distributed.DistributedSampler
    """

    code = "TLN701"
    name = "sampler-without-set-epoch"
    guarded = True
    triggers = (b"DistributedSampler", b"backward(")

    def check(self, module: Module) -> Iterator[Problem]:
        for fact in training_facts(module, "same-order"):
            yield Problem(
                fact.site,
                "nobody tells the sampler of these batches the epoch: each process gets the same part of the data, "
                "in the same order, in every epoch",
                "call sampler.set_epoch(epoch) at the beginning of each epoch",
                fact.related,
            )
