from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.nodes import Attr, Call, Const, Node, strip
from torchlint.semantics.reach import backwards
from torchlint.semantics.values import External, Opaque

if TYPE_CHECKING:
    from torchlint.semantics.functions import Function
    from torchlint.semantics.module import Module

#: Functions that make a new tensor, without a past, of what they are given.
_COPIES = frozenset({"torch.tensor", "torch.Tensor", "torch.FloatTensor", "torch.autograd.Variable"})

#: Methods and attributes that cut a value off from what it was computed from.
_CUTS = frozenset({"detach", "item", "numpy", "data", "tolist"})


class RegradLoss(StaticRule):
    """
    ## What it does
    Finds a loss that has no graph behind it and is made to require a gradient right before `backward()`:
    `torch.tensor(loss, requires_grad=True)`, `Variable(loss, requires_grad=True)`, or `requires_grad_(True)` on what
    `detach()`, `.data` or `item()` gave.

    ## Why is this bad?
    The copy is a new leaf. `backward()` computes the gradient of the loss with respect to itself, which is 1, and
    stops: no parameter gets a gradient and nothing is learnt. It silences the one error that would have told so
    (*element 0 of tensors does not require grad*).

    ## Example
    ```python
    loss = torch.tensor(criterion(model(x), y), requires_grad=True)
    loss.backward()
    ```

    ## Use instead
    ```python
    loss = criterion(model(x), y)
    loss.backward()
    ```

    ## Known problems
    `requires_grad_(True)` on a loss that has its graph changes nothing and is not reported.

    ## References
    - [torch.Tensor.requires_grad_](https://pytorch.org/docs/stable/generated/torch.Tensor.requires_grad_.html)
    - [Autograd mechanics](https://pytorch.org/docs/stable/notes/autograd.html)
    """

    code = "TLN106"
    name = "regrad-loss"
    triggers = (b"requires_grad",)

    def check(self, module: Module) -> Iterator[Problem]:
        for function in module.functions:
            for call, loss in backwards(function):
                cut = _cut_off(module, function, loss)
                if cut is not None:
                    yield Problem(
                        module.site(cut),
                        "the loss is cut off from the network here and made a leaf of its own: "
                        "backward() stops at it, no parameter gets a gradient and nothing is learnt",
                        "call backward() on the loss as it was computed; if that raises, find what detached it",
                        ((module.site(call), "this backward() reaches no parameter"),),
                    )


def _cut_off(module: Module, function: Function, loss: Node) -> Node | None:
    """The place where a loss was made a leaf that requires a gradient."""
    if isinstance(loss, Call) and isinstance(loss.func, Attr) and loss.func.name == "requires_grad_" and _is_on(loss):
        return loss if _is_cut(module, strip(loss.func.base)) else None
    flag = loss.keyword("requires_grad") if isinstance(loss, Call) else None
    if isinstance(loss, Call) and isinstance(flag, Const) and flag.value is True:
        return loss if _copies_computed(module, loss) else None
    if not _is_cut(module, loss):
        return None
    for other in function.discarded:
        func = other.func
        if isinstance(func, Attr) and func.name == "requires_grad_" and strip(func.base) is loss and _is_on(other):
            return other
    for store in function.stores:
        target = store.target
        if (
            isinstance(target, Attr)
            and target.name == "requires_grad"
            and strip(target.base) is loss
            and isinstance(store.value, Const)
            and store.value.value is True
        ):
            return target
    return None


def _is_on(call: Call) -> bool:
    return not call.args or (isinstance(call.args[0], Const) and call.args[0].value is True)


def _is_cut(module: Module, node: Node) -> bool:
    """Whether a value has no graph behind it for certain."""
    if isinstance(node, Attr):
        return node.name == "data"
    if not isinstance(node, Call):
        return False
    if isinstance(node.func, Attr) and node.func.name in _CUTS:
        return True
    return _copies_computed(module, node)


def _copies_computed(module: Module, call: Call) -> bool:
    """Whether a call makes a new tensor of a loss that was computed, not of numbers written out."""
    if not call.args:
        return False
    made = any(
        isinstance(value, External) and value.name in _COPIES for value in module.evaluator.values(call.func, None)
    )
    given = strip(call.args[0])
    return (
        made
        and isinstance(given, (Call, Attr))
        and all(isinstance(value, Opaque) for value in module.evaluator.values(given, None))
    )
