from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.functions import Function
from torchlint.semantics.nodes import Attr, Call, Choice, Free, Join, Loop, Node, strip
from torchlint.semantics.reach import backwards, origins
from torchlint.semantics.values import External

if TYPE_CHECKING:
    from torchlint.semantics.module import Module

_WRAPPERS = frozenset({"DistributedDataParallel", "DDP"})


class DdpBypassedForward(StaticRule):
    """
    ## What it does
    Finds training that runs the network inside `DistributedDataParallel`, `ddp.module(x)` or
    `ddp.module.forward(x)`, and calls `backward()` on the result.

    ## Why is this bad?
    The forward of the wrapper prepares the exchange of gradients. Without it each process trains on its own data
    alone: nothing is raised, the replicas drift apart, and the model of rank 0, which is saved, has seen a part of
    the data.

    ## Example
    ```python
    model = DistributedDataParallel(net, device_ids=[rank])
    loss = criterion(model.module(x), y)
    loss.backward()
    ```

    ## Use instead
    ```python
    model = DistributedDataParallel(net, device_ids=[rank])
    loss = criterion(model(x), y)
    loss.backward()
    ```

    ## Known problems
    Wrapping must be visible in the same file. A loss that also depends on a call of the wrapper itself is left alone,
    and so is everything that no `backward()` follows, such as evaluation.

    ## References
    - [torch.nn.parallel.DistributedDataParallel][ddp]

    [ddp]: https://pytorch.org/docs/stable/generated/torch.nn.parallel.DistributedDataParallel.html
    """

    code = "TLN702"
    name = "ddp-bypassed-forward"
    guarded = True
    triggers = (b".module",)

    def check(self, module: Module) -> Iterator[Problem]:
        seen: set[int] = set()
        for function in module.functions:
            for backward, loss in backwards(function):
                calls = [node for node in origins(loss) if isinstance(node, Call)]
                if any(_wrapping(module, function, call.func, 0) for call in calls):
                    continue
                for call in calls:
                    inner = _inner(call)
                    wrapping = _wrapping(module, function, inner, 0) if inner is not None else None
                    if wrapping is not None and id(call) not in seen:
                        seen.add(id(call))
                        yield Problem(
                            module.site(call),
                            "training runs the network inside DistributedDataParallel and not the wrapper: "
                            "gradients are not exchanged and the replicas drift apart",
                            "call the wrapper itself: without .module",
                            (
                                (wrapping.function.module.site(wrapping), "the network is wrapped here"),
                                (module.site(backward), "this backward() exchanges nothing"),
                            ),
                        )


def _inner(call: Call) -> Node | None:
    """`ddp` of `ddp.module(...)` and `ddp.module.forward(...)`."""
    func = strip(call.func)
    if isinstance(func, Attr) and func.name == "forward":
        func = strip(func.base)
    return func.base if isinstance(func, Attr) and func.name == "module" else None


def _wrapping(module: Module, function: Function, node: Node, depth: int) -> Call | None:
    """The call of DistributedDataParallel that makes a value, on every path."""
    node = strip(node)
    if depth > 4:
        return None
    if isinstance(node, Call):
        wraps = any(
            isinstance(value, External) and value.last in _WRAPPERS
            for value in module.evaluator.values(node.func, None)
        )
        return node if wraps else None
    if isinstance(node, (Choice, Join, Loop)):
        options: list[Node] = list(node.parts())
    elif isinstance(node, Free):
        scope: Function | None = node.scope
        while scope is not None and node.name not in scope.bindings:
            scope = scope.parent
        options = scope.bindings[node.name][-1:] if scope is not None else []
    elif isinstance(node, Attr) and function.cls is not None:
        options = [
            store.value
            for method in function.cls.methods.values()
            for store in method.stores
            if isinstance(store.target, Attr) and store.target.name == node.name
        ][-1:]
    else:
        return None
    for option in options:
        found = _wrapping(module, function, option, depth + 1)
        if found is not None:
            return found
    return None
