from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules._views import TRIGGERS, problems
from torchlint.rules.base import Problem, StaticRule

if TYPE_CHECKING:
    from torchlint.semantics.module import Module


class ViewPermutesDimensions(StaticRule):
    """
    ## What it does
    Finds a `view` or `reshape` whose sizes are those of the tensor in another order: `(B, H, W, C)` viewed as
    `(B, C, H, W)`, attention heads split off or merged without a transpose, the final states of an RNN flattened
    with `h_n.view(batch, -1)`, a feature map turned into tokens with `view(B, H * W, C)`.

    ## Why is this bad?
    `view` and `reshape` never move an element: they only cut the same sequence of numbers at other places. The sizes
    fit, so nothing is raised, but each "pixel" now mixes values of several pixels and channels, each "head" several
    time steps. The network trains on scrambled data, and worse than it could.

    ## Example
    ```python
    B, H, W, C = images.shape
    x = images.view(B, C, H, W)

    _, (h_n, _) = self.lstm(x)          # (layers * directions, batch, hidden), also with batch_first=True
    features = h_n.view(batch, -1)
    ```

    ## Use instead
    ```python
    x = images.permute(0, 3, 1, 2)

    features = h_n.transpose(0, 1).reshape(batch, -1)
    ```

    ## Known problems
    A tensor whose dimensions are not visible in the code (no unpacked shape, no layer of known layout) is not
    judged. The shift of Transformer-XL's relative attention, which swaps sizes on purpose after padding, is known
    and not reported. Neither is a view in which only the height and width of an image, of its features or of a kernel
    change places, or the rows and columns of a product of matrices: most are square, where it does no harm. The one
    channel of gray images (MNIST, Omniglot) may stand anywhere. Branches for an older torch
    (`if torch.__version__ < "2.0"`) and functions that the program doesn't use are not judged, nor is what a
    statement only shows, an option that has numbers read in another order, or a batch that is left out of a feature map
    in a function that takes single images (`mask.squeeze(0)`).

    ## References
    - [torch.Tensor.view](https://pytorch.org/docs/stable/generated/torch.Tensor.view.html)
    - [torch.permute](https://pytorch.org/docs/stable/generated/torch.permute.html)
    - [torch.nn.LSTM, shape of h_n](https://pytorch.org/docs/stable/generated/torch.nn.LSTM.html)
    """

    code = "TLN401"
    name = "view-permutes-dimensions"
    triggers = TRIGGERS

    def check(self, module: Module) -> Iterator[Problem]:
        for _, story in problems(module, folds_batch=False):
            yield story.problem(
                f"{story.tensor} is {story.source} but is cut as {story.target}: `{story.method}` never moves an "
                f"element, so {story.moved} don't change places, their values are mixed, and nothing is raised"
            )
