from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules._views import TRIGGERS, problems
from torchlint.rules.base import Problem, StaticRule

if TYPE_CHECKING:
    from torchlint.semantics.module import Module


class ViewMixesBatch(StaticRule):
    """
    ## What it does
    Finds a `view` or `reshape` that folds the batch dimension into one that is not its neighbour: `(B, T, D)` viewed
    as `(B * heads, T, D // heads)` without a transpose.

    ## Why is this bad?
    The elements stay where they are in memory, so what should be one sample, or one head of one sample, is cut
    across time steps. The sizes fit and nothing is raised, but attention looks at the wrong rows.

    ## Example
    ```python
    q = self.query(x).view(B * self.heads, T, self.d_head)
    ```

    ## Use instead
    ```python
    q = self.query(x).view(B, T, self.heads, self.d_head).transpose(1, 2).reshape(B * self.heads, T, self.d_head)
    ```

    ## Known problems
    With the time first, `(T, B, D)`, the same fold is right: `view(T, B * heads, d)` merges neighbours. It is not
    reported. A tensor whose dimensions are not visible in the code is not judged.

    ## References
    - [torch.Tensor.view](https://pytorch.org/docs/stable/generated/torch.Tensor.view.html)
    """

    code = "TLN402"
    name = "view-mixes-batch"
    triggers = TRIGGERS

    def check(self, module: Module) -> Iterator[Problem]:
        for _, story in problems(module, folds_batch=True):
            yield story.problem(
                f"{story.tensor} is {story.source} but is cut as {story.target}: `{story.method}` never moves an "
                f"element, so the batch is merged with what is not its neighbour, {story.moved} don't change places, "
                "and samples are mixed"
            )
