from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from torchlint.findings import Fix
from torchlint.rules._losses import TRIGGERS
from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.callers import contexts
from torchlint.semantics.functions import Function
from torchlint.semantics.nodes import Attr, Binary, Call, Const, Node, Param, strip
from torchlint.semantics.operations import called_name
from torchlint.semantics.rows import COLUMN, ROW, Rows
from torchlint.semantics.values import External, Instance

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Module
    from torchlint.semantics.values import Context

_FUNCTIONS = frozenset({"mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"})
_LAYERS = frozenset({"MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss"})

#: Of which one stands in a file with a regression loss, or in one that it imports or that imports it.
_SIGNS = (b"mse_loss", b"l1_loss", b"huber_loss", b"MSELoss", b"L1Loss", b"HuberLoss")

#: Ways into a function that it is looked at in.
_MAX_CONTEXTS = 4


class _Pair(NamedTuple):
    """What a loss compares. `by_hand` if it is the mean of a difference that is written out."""

    loss: Call
    left: Node
    right: Node
    by_hand: bool


class BroadcastLoss(StaticRule):
    """
    ## What it does
    Finds a loss or a metric between predictions of shape (N, 1) and targets of shape (N), which broadcast to (N, N).

    ## Why is this bad?
    Every prediction is compared with every target. The best answer to that is the mean of all targets, for each
    sample: the loss falls to the variance of the data and stays there.

    ## Example
    ```python
    loss = F.mse_loss(model(x), y)              # (N, 1) against (N)
    loss = ((model(x) - y) ** 2).mean()
    ```

    ## Use instead
    ```python
    loss = F.mse_loss(model(x).squeeze(1), y)
    ```

    ## Fix safety
    The fix writes `.squeeze(1)` behind the column. It is unsafe: the loss changes, which is what it is for.

    ## Known problems
    In source, both shapes have to be seen: a column by a last layer with one output or by `gather(1, ...)`, a row by
    the data it comes from, by its sizes, or by a reduction such as `max(1)[0]`. Where a model or the data come from
    elsewhere, only the guard finds it. Pairwise differences are meant where both sides need a gradient, or neither.

    ## References
    - [Broadcasting semantics](https://pytorch.org/docs/stable/notes/broadcasting.html)
    """

    code = "TLN205"
    name = "broadcast-loss"
    guarded = True
    triggers = (*TRIGGERS, b"mean(", b"L1", b"MSE")

    def check(self, module: Module) -> Iterator[Problem]:
        evaluator = module.evaluator
        # a look at the bytes spares most files the question what their calls are
        around = (module.source.data, *module.project.data_around(module))
        named = any(sign in data for data in around for sign in _SIGNS)
        for function in module.functions:
            pairs = list(_by_hand(function))
            if named:
                pairs += _losses(evaluator, function)
            pairs = [pair for pair in pairs if not pair.by_hand or _may_differ(evaluator, function, pair)]
            for context in contexts(evaluator, function)[:_MAX_CONTEXTS] if pairs else ():
                for pair in list(pairs):
                    name = "the mean" if pair.by_hand else _loss(evaluator, pair.loss, context)
                    column = _column(evaluator, function, context, pair) if name else None
                    if column is not None:
                        pairs.remove(pair)
                        yield self._problem(module, pair, column, name)

    def _problem(self, module: Module, pair: _Pair, column: int, name: str) -> Problem:
        sides = [strip(node) for node in (pair.left, pair.right)]
        texts = [f" `{text}`" if 0 < len(text) <= 40 else "" for text in map(module.text, sides)]
        related = tuple(
            (module.site(sides[i]), text)
            for i, text in ((column, "a column (N, 1)"), (1 - column, "a row (N)"))
            if isinstance(sides[i], (Call, Binary))
        )
        return Problem(
            module.site(pair.loss),
            f"{name} of the column{texts[column]} (N, 1) and the row{texts[1 - column]} (N) is taken over N x N pairs: "
            "every prediction is compared with every target, and the model learns the mean of the targets",
            "give both the same shape: `prediction.squeeze(1)`, or `target.unsqueeze(1)`",
            related,
            None if pair.by_hand else partial(_squeezed, module, pair.loss, column),
        )


def _by_hand(function: Function) -> Iterator[_Pair]:
    """The differences that a function takes the mean of."""
    for call in function.calls:
        if called_name(call) == "mean" and len(call.args) < 2 and not call.keywords:
            func = call.func
            averaged = call.args[0] if call.args else func.base if isinstance(func, Attr) else call
            difference = _difference(strip(averaged))
            if difference is not None:
                yield _Pair(call, difference.left, difference.right, True)


def _losses(evaluator: Evaluator, function: Function) -> Iterator[_Pair]:
    """The calls that may be regression losses in a function."""
    for call in function.calls:
        name = called_name(call)
        left = call.args[0] if call.args else call.keyword("input")
        right = call.args[1] if len(call.args) > 1 else call.keyword("target")
        if left is None or right is None or name[:1].isupper():
            continue
        if name in _FUNCTIONS or isinstance(strip(call.func), Param) or _loss(evaluator, call, None):
            yield _Pair(call, left, right, False)


def _difference(node: Node) -> Binary | None:
    """`a - b` in `(a - b) ** 2`, `(a - b).pow(2)`, `torch.abs(a - b)` and the like."""
    if isinstance(node, Binary) and node.op == "Power" and isinstance(node.right, Const):
        node = strip(node.left)
    elif isinstance(node, Call) and called_name(node) in ("pow", "square", "abs"):
        func = node.func
        base = strip(func.base) if isinstance(func, Attr) else None
        node = base if isinstance(base, Binary) else strip(node.args[0]) if node.args else node
    else:
        return None
    return node if isinstance(node, Binary) and node.op == "Subtract" else None


def _loss(evaluator: Evaluator, call: Call, context: Context | None) -> str:
    """The name of the regression loss that a call computes, "" if it may be something else."""
    names = set()
    for value in evaluator.values(call.func, context):
        name = value.name if isinstance(value, (External, Instance)) else ""
        if not name.startswith("torch.nn.") or value.last not in _FUNCTIONS | _LAYERS:  # type: ignore[attr-defined]
            return ""
        names.add(value.last)  # type: ignore[attr-defined]
    return min(names) if names else ""


def _may_differ(evaluator: Evaluator, function: Function, pair: _Pair) -> bool:
    """Whether the function alone shows one side, so that its callers are worth asking for the other."""
    context = _alone(evaluator, function)
    evaluator.shapes.begin(evaluator.shapes.assume(pair.loss.guards, context))
    rows = Rows(evaluator, function, context)
    forms = {rows.form(pair.left), rows.form(pair.right)}
    return len(forms) == 2 and bool(forms & {COLUMN, ROW})


def _alone(evaluator: Evaluator, function: Function) -> Context | None:
    if function.is_method and function.cls is not None:
        return evaluator.frame(function, None, None, evaluator.some_instance(function.cls))
    return None


def _column(evaluator: Evaluator, function: Function, context: Context | None, pair: _Pair) -> int | None:
    """Which side is a column, if the other is a row."""
    evaluator.shapes.begin(evaluator.shapes.assume(pair.loss.guards, context))
    rows = Rows(evaluator, function, context)
    forms = [rows.form(pair.left), rows.form(pair.right)]
    if sorted(forms) != [COLUMN, ROW]:
        return None
    column = forms.index(COLUMN)
    trail = rows.columns.trail((pair.left, pair.right)[column])
    if pair.by_hand and (trail.added > 0 or not isinstance(trail.root, Call)):
        return None  # all pairs are meant
    return column


def _squeezed(module: Module, loss: Call, column: int) -> Fix | None:
    """`.squeeze(1)` behind the column."""
    span = module.editor.argument(loss, column, ("input", "target")[column])
    if span is None:
        return None
    return Fix("squeeze the column", tuple(module.editor.behind(span, ".squeeze(1)")))
