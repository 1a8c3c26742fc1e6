from __future__ import annotations

from torchlint.rules.base import Rule


class FrozenBatchNormThaws(Rule):
    """
    ## What it does
    Finds BatchNorm layers that were frozen with `eval()` inside a model in train mode, and that train again after an
    evaluation, because `model.train()` reached them too.

    ## Why is this bad?
    In fine-tuning, the statistics of pretrained BatchNorm layers are kept on purpose. From the second epoch on they
    change after all: the features drift away from the weights that were frozen with them.

    ## Example
    ```python
    model.train()
    freeze_batchnorm(model)          # m.eval() for each BatchNorm
    for epoch in range(epochs):
        train_one_epoch(model)
        evaluate(model)              # calls model.eval() and model.train()
    ```

    ## Use instead
    ```python
    for epoch in range(epochs):
        model.train()
        freeze_batchnorm(model)
        train_one_epoch(model)
        evaluate(model)
    ```
    or override `train()` of the model, so that it leaves these layers in eval mode.

    ## Known problems
    Layers that are unfrozen on purpose usually get `requires_grad_(True)` as well, which silences this.

    ## References
    - [torch.nn.Module.train](https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.train)
    """

    code = "TLN305"
    name = "frozen-batchnorm-thaws"
    guarded = True
