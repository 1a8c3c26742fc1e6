from __future__ import annotations

from torchlint.rules.base import Rule


class ReplicasDiverge(Rule):
    """
    ## What it does
    Finds a model in `DistributedDataParallel` whose weights differ between the processes.

    ## Why is this bad?
    The processes are meant to hold copies of one model, and exchange gradients so that they stay copies. Where they
    don't, gradients are computed with other weights than they are applied to, and what is saved by rank 0 is not what
    was trained. Nothing raises, and the loss falls.

    ## Example
    ```python
    model = DistributedDataParallel(net)
    if rank == 0:                            # after wrapping: the others keep what they had
        net.load_state_dict(torch.load("pretrained.pt"))
    ```

    ## Use instead
    ```python
    net.load_state_dict(torch.load("pretrained.pt"))
    model = DistributedDataParallel(net)     # sends the weights of rank 0 to the others
    ```

    ## Known problems
    Compared are norms of the layers' weights, with those of the first rank that has a copy, in a few of the first
    steps and in each closer look; two in a row must differ by more than a millionth. Ranks leave notes for each other
    in a store instead of calling collectives, so nobody waits, and a rank that is far ahead or dead is not compared.
    Training that averages models only now and then (local SGD) looks the same, and `ignore=["TLN703"]` says that it
    is meant.

    ## References
    - [torch.nn.parallel.DistributedDataParallel][ddp]

    [ddp]: https://pytorch.org/docs/stable/generated/torch.nn.parallel.DistributedDataParallel.html
    """

    code = "TLN703"
    name = "replicas-diverge"
    guarded = True
