from __future__ import annotations

from torchlint.rules.base import Rule


class BatchNormTinyBatch(Rule):
    """
    ## What it does
    Finds BatchNorm layers that are trained on batches of one to three samples.

    ## Why is this bad?
    Mean and variance of so few samples are noise. Each sample is normalised by its accidental neighbours, and what is
    learnt for evaluation fits none of them: the error grows steeply below 8 samples. Accumulating gradients does not
    help, since each forward pass counts.

    ## Example
    ```python
    loader = DataLoader(dataset, batch_size=2)       # large pictures, and a ResNet with BatchNorm2d
    ```

    ## Use instead
    ```python
    nn.GroupNorm(32, channels)                       # or nn.LayerNorm, or frozen BatchNorm
    nn.SyncBatchNorm.convert_sync_batchnorm(model)   # where several processes share a batch
    ```

    ## Known problems
    A batch of one on purpose, as instance normalisation, is told as well: `nn.InstanceNorm2d` says what is meant.
    SyncBatchNorm is left alone. Where compiled code is called, batches are not looked at.

    ## References
    - Wu and He, [Group Normalization](https://arxiv.org/abs/1803.08494): ImageNet error by batch size
    """

    code = "TLN509"
    name = "batchnorm-tiny-batch"
    guarded = True
