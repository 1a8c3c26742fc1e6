from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from torchlint.findings import Fix
from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.nodes import Attr, Call
from torchlint.semantics.programs import training_facts
from torchlint.semantics.training import Fact

if TYPE_CHECKING:
    from torchlint.semantics.module import Module


class TrainModeNotRestored(StaticRule):
    """
    ## What it does
    Finds training that goes on in eval mode after an evaluation: `train()` is never called again, or only at the
    start of the epoch while the evaluation stands in the middle of it.

    ## Why is this bad?
    From then on Dropout does nothing and BatchNorm no longer follows the data: the network is trained without the
    regularisation it was given, and the running statistics it will be used with stay where they were.

    ## Example
    ```python
    for epoch in range(epochs):
        for x, y in train_loader:
            ...
        evaluate(model, val_loader)      # calls model.eval()
    ```

    ## Use instead
    ```python
    for epoch in range(epochs):
        model.train()
        for x, y in train_loader:
            ...
        evaluate(model, val_loader)
    ```

    ## Fix safety
    The fix inserts `train()` behind the call that evaluates, or at the end of the block in which `eval()` is called; it
    is only offered where the network has the same name in both places. It is unsafe: layers that were kept in eval mode
    on purpose (frozen BatchNorm) are trained as well.

    ## Known problems
    A network that is in eval mode from the start (fine-tuning with frozen statistics) is not reported, nor one of
    torchvision without Dropout whose weights are frozen below a linear head.

    ## References
    - [torch.nn.Module.train](https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.train)
    """

    code = "TLN302"
    name = "train-mode-not-restored"
    guarded = True
    triggers = (b"val", b"test(", b".train(", b"backward(")

    def check(self, module: Module) -> Iterator[Problem]:
        for fact in training_facts(module, "left-in-eval"):
            yield Problem(
                fact.site,
                f"{fact.subject} is left in eval mode here and training goes on: Dropout is off and BatchNorm "
                "no longer follows the data",
                f"call {fact.subject}.train() before training goes on",
                fact.related,
                partial(_restore, module, fact),
            )


def _restore(module: Module, fact: Fact) -> Fix | None:
    """`model.train()` after the evaluation."""
    editor = module.editor
    evaluation, training = module.call_at(fact.site.n), _training(module, fact)
    network = editor.callee(training) if training is not None else None
    statement = editor.statement(evaluation) if evaluation is not None else None
    if evaluation is None or training is None or network is None or statement is None:
        return None
    if not network.is_name or network.text != fact.subject or not _see_the_same(evaluation, training, network.root):
        return None
    text = f"{network.text}.train()"
    if isinstance(evaluation.func, Attr) and evaluation.func.name == "eval":
        called = editor.base(evaluation)
        if called is None or called.text != network.text:
            return None
        rest = list(editor.after(evaluation))
        if not rest:
            return _train_instead(module, evaluation)
        # the rest of the block goes on in eval mode
        statement = rest[-1]
    edit = editor.insert_after(statement, text)
    return Fix(f"insert `{text}`", (edit,)) if edit is not None else None


def _train_instead(module: Module, evaluation: Call) -> Fix | None:
    """`model.train()` where `model.eval()` is called once more after an evaluation in the same block."""
    editor, callee = module.editor, module.editor.callee(evaluation)
    if callee is None:
        return None
    for call in evaluation.function.calls:
        other = editor.callee(call)
        if call is not evaluation and other is not None and other.text == callee.text:
            if any(editor.is_statement(statement, call) for statement in editor.before(evaluation)):
                row, column = callee.end
                edit = editor.edit((row, column - len("eval")), callee.end, "train")
                return Fix("call `train` here", (edit,))
    return None


def _training(module: Module, fact: Fact) -> Call | None:
    site = fact.related[-1][0]
    return module.call_at(site.n) if site.module is module else None


def _see_the_same(one: Call, other: Call, variable: str) -> bool:
    """Whether a variable is the same where two calls stand."""
    if one.function is other.function:
        return True
    first, second = one.function, other.function
    return (
        first.is_method
        and second.is_method
        and first.cls is second.cls
        and all(function.params and function.params[0].name == variable for function in (first, second))
    )
