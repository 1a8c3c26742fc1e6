from __future__ import annotations

from torchlint.rules.base import Rule


class SchedulerOutOfStep(Rule):
    """
    ## What it does
    Finds learning rate schedules that count epochs and are stepped for each batch, or count batches and are stepped for
    each epoch.

    ## Why is this bad?
    Stepped too often, a schedule of 30 epochs is over after 30 batches: the learning rate falls to nothing while the
    training has hardly begun, or, with a cosine, swings up and down. Stepped too seldom, the warm-up lasts for the
    whole training. The loss falls in all cases, only less.

    ## Example
    ```python
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    for epoch in range(epochs):
        for x, y in loader:
            train_step(x, y)
            scheduler.step()
    ```

    ## Use instead
    ```python
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs)
    for epoch in range(epochs):
        for x, y in loader:
            train_step(x, y)
        scheduler.step()
    ```
    or `T_max=epochs * len(loader)`.

    ## Known problems
    Judged by what happens: a cosine that was stepped past its T_max; a learning rate that has been below a
    ten-thousandth of its peak for more than half of all steps, and for 200; a OneCycleLR that is stepped once
    for ten optimizer steps or more and is not planned so. A cosine that swings on purpose is told too, and
    CosineAnnealingWarmRestarts says what is meant.

    ## References
    - [torch.optim: how to adjust the learning rate][schedule]

    [schedule]: https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate
    """

    code = "TLN111"
    name = "scheduler-out-of-step"
    guarded = True
