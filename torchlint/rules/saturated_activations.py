from __future__ import annotations

from torchlint.rules.base import Rule


class SaturatedActivations(Rule):
    """
    ## What it does
    Finds a hidden layer whose tanh or sigmoid is at the ends of its range nearly everywhere.

    ## Why is this bad?
    There the function is flat: next to no gradient passes, and the layers before it do not learn. Large initial
    weights or inputs that were not normalised put it there, or a first step that was too large.

    ## Example
    ```python
    hidden = torch.tanh(self.hidden(pixels))          # pixels from 0 to 255
    ```

    ## Use instead
    ```python
    hidden = torch.tanh(self.hidden(pixels / 255 - 0.5))
    ```

    ## Known problems
    A statistic: of the numbers behind a tanh or sigmoid that go into another layer, or that a GRU or a plain RNN
    returns, half lie within a hundredth of the ends of the range, in three samples. Gates that are meant to be open or
    closed can look like that. Where compiled code is called, activations are not looked at.

    ## References
    - Glorot and Bengio, [Understanding the difficulty of training deep feedforward neural networks][glorot]

    [glorot]: https://proceedings.mlr.press/v9/glorot10a.html
    """

    code = "TLN507"
    name = "saturated-activations"
    guarded = True
