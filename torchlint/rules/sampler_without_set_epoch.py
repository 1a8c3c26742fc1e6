from __future__ import annotations

from torchlint.rules.base import Rule


class SamplerWithoutSetEpoch(Rule):
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
    Told in the third epoch with the same number, so that a search for a learning rate before the training is no
    finding. Samplers of other makes are not looked at.

    ## References
    - [torch.utils.data.distributed.DistributedSampler][sampler]

    [sampler]: https://pytorch.org/docs/stable/data.html#torch.utils.data.distributed.DistributedSampler
    """

    code = "TLN701"
    name = "sampler-without-set-epoch"
    guarded = True
