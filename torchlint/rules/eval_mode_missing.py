from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.programs import training_facts

if TYPE_CHECKING:
    from torchlint.semantics.module import Module


class EvalModeMissing(StaticRule):
    """
    ## What it does
    Finds validation, test or generation code that runs a network in train mode: `eval()` was never called on the way
    there, or `train()` was called after it. A program that loads weights, trains nothing and answers without gradients
    is one as well. Only networks with Dropout, BatchNorm or another layer that differs in eval mode are reported.

    ## Why is this bad?
    Dropout removes units at random and BatchNorm uses the statistics of the batch, and even learns from the test
    data: the figures are too low, change from run to run, and depend on the batch size. `torch.no_grad()` does not
    change that.

    ## Example
    ```python
    def evaluate(model, loader):
        with torch.no_grad():
            for x, y in loader:
                correct += (model(x).argmax(1) == y).sum().item()
    ```

    ## Use instead
    ```python
    def evaluate(model, loader):
        model.eval()
        with torch.no_grad():
            for x, y in loader:
                correct += (model(x).argmax(1) == y).sum().item()
        model.train()
    ```

    ## Known problems
    Monte Carlo dropout keeps dropout on deliberately: where the passes are repeated it is known by that, elsewhere
    suppress the finding. A network whose layers aren't seen counts only where something is put into eval mode
    nearby. A generator of a GAN draws as it was trained: what answers noise alone, or learns from a network that is
    also given its detached answers, is not reported, nor a detector of torchvision that is asked for its losses.
    Where an option chooses among several networks, nothing is said if most of them have neither Dropout nor BatchNorm.
    BatchNorm with `momentum=1` keeps the statistics of the last batch alone and counts as none; so does what stands
    behind an option of the command line that is off by default (`--dropout` with `default=0.0`). So do checkpoints of
    Transformers whose configuration has no Dropout (Llama, Qwen, ViT and others), networks that nobody is seen to pass
    where no file of the project names a layer that differs, and the Dropout of generators with InstanceNorm, which is
    their noise (pix2pix). An `eval()` that is commented out with a reason behind it, or a `train()` below a comment on
    eval mode, is the author's choice. A teacher whose weights come from a file is reported if it is never put into
    eval mode, unless the file keeps averages of networks.

    ## References
    - [torch.nn.Module.eval](https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.eval)
    - [Autograd mechanics: evaluation mode](https://pytorch.org/docs/stable/notes/autograd.html#evaluation-mode-nn-module-eval)
    """

    code = "TLN301"
    name = "eval-mode-missing"
    guarded = True
    triggers = (
        b"no_grad",
        b"inference_mode",
        b"backward(",
        b".train(",
        b"load_state_dict",
        b"eval",
        b"valid",
        b"test",
        b"predict",
        b"infer",
        b"accuracy",
    )

    def check(self, module: Module) -> Iterator[Problem]:
        for fact in training_facts(module, "evaluated-in-train"):
            # who took the call out and says why means it: `# net.eval()  # batch statistics are better here`
            if re.search(rf"#\s*{re.escape(fact.subject)}\.eval\(\)[ \t]*\S", module.source.text):
                continue
            yield Problem(
                fact.site,
                f"{fact.subject} is evaluated in train mode: its Dropout or BatchNorm layers behave as in "
                "training, so the results are wrong and change from run to run",
                f"call {fact.subject}.eval() before, and {fact.subject}.train() when training goes on",
                fact.related,
            )
