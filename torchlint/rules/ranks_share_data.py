from __future__ import annotations

from torchlint.rules.base import Rule


class RanksShareData(Rule):
    """
    ## What it does
    Finds a training with `DistributedDataParallel` in which all processes get the same batches.

    ## Why is this bad?
    Each process computes the same gradient, and their average is what a single one would have had. Eight devices do the
    work of one; an epoch takes eight times as long as it should, or the learning rate that was scaled for a batch eight
    times as big is too high. Nothing raises, and the loss falls.

    ## Example
    ```python
    model = DistributedDataParallel(net)
    loader = DataLoader(dataset, batch_size=32, shuffle=True, generator=torch.Generator().manual_seed(0))
    ```

    ## Use instead
    ```python
    sampler = DistributedSampler(dataset)
    loader = DataLoader(dataset, batch_size=32, sampler=sampler)
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        ...
    ```

    ## Known problems
    Compared are some numbers of each tensor that the wrapped models are first called with in a step, in the first 16
    steps. The guard speaks where they are the same on all ranks in four steps in a row, and new in each: a batch that
    never changes is TLN705, or meant. A loader that shuffles with a seed of its own on each rank is no finding,
    although its ranks see the same samples in another order. Inputs in objects of other classes are not looked into.

    ## References
    - [torch.utils.data.distributed.DistributedSampler][sampler]

    [sampler]: https://pytorch.org/docs/stable/data.html#torch.utils.data.distributed.DistributedSampler
    """

    code = "TLN706"
    name = "ranks-share-data"
    guarded = True
