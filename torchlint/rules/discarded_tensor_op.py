from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.callers import contexts
from torchlint.semantics.functions import Function
from torchlint.semantics.knowledge.tensors import FRESH
from torchlint.semantics.layers import is_self
from torchlint.semantics.measuring import is_timed
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Call,
    Comprehension,
    Display,
    Element,
    Free,
    Item,
    Node,
    Param,
    Part,
    Unary,
    strip,
)
from torchlint.semantics.operations import called_name
from torchlint.semantics.traces import LoopStep, Trace, blocks, calls_in, expects_error
from torchlint.semantics.values import Constant, Container, External, FunctionValue, Instance

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Module

#: Steps back from a tensor to what it is computed from.
MAX_STEPS = 6

#: Methods that only tensors have, with nothing to see but their result.
_OWN = frozenset(
    {
        "clamp", "clamp_min", "clamp_max", "masked_fill", "masked_scatter", "unsqueeze", "index_fill", "scatter_add",
        "type_as", "view_as", "nan_to_num", "masked_select", "index_select",
    }
)  # fmt: skip

#: Methods that other objects have as well: the receiver must be a tensor for certain.
_SHARED = frozenset(
    {
        "squeeze", "view", "reshape", "transpose", "flatten", "detach", "float", "half", "double", "to", "cuda",
        "permute", "contiguous", "softmax", "sigmoid", "relu",
    }
)  # fmt: skip

#: Methods that move or cast: modules do it in place, and people take them for the same.
_MOVING = frozenset({"to", "cuda", "float", "half", "double"})

#: Of these, methods that cast, whatever they are given.
_CASTS = frozenset({"float", "half", "double"})

#: What only a tensor is asked for.
_SIGNS = frozenset({*_OWN, "size", "dim", "numel", "backward", "requires_grad", "ndimension", "view", "argmax"})

#: Functions of torch that give a tensor.
_FACTORIES = FRESH | {
    "zeros_like", "ones_like", "rand_like", "randn_like", "as_tensor", "cat", "stack", "matmul", "bmm", "sum", "mean",
    "where", "einsum",
}  # fmt: skip


class DiscardedTensorOp(StaticRule):
    """
    ## What it does
    Finds statements such as `x.clamp(0, 1)`, `x.detach()`, `x.unsqueeze(1)` or `x.to(device)` on a tensor: the
    result is thrown away.

    ## Why is this bad?
    These methods give a new tensor and leave `x` as it is. Nothing is raised: values are not clamped, gradients still
    flow, a cast never happens. (`to()` and `cuda()` work in place on modules only.)

    ## Example
    ```python
    x = x + noise
    x.clamp(0, 1)
    ```

    ## Use instead
    ```python
    x = (x + noise).clamp(0, 1)  # or x.clamp_(0, 1)
    ```

    ## Known problems
    Tests, blocks under `pytest.raises` or `try`, functions that measure time, and the last line of a cell of a
    notebook, which shows its value, are not looked at; nor is the top level of a script outside of its loops.
    Methods that other objects have as well are only reported on what is a tensor for certain, and casts on what has
    another dtype for certain. A tensor that was computed on the GPU and is moved to it is where it should be; a single
    number, and what DataParallel is given, need not be moved. `expand_as()` is left out: most operations do it anyway.

    ## References
    - [torch.Tensor](https://pytorch.org/docs/stable/tensors.html)
    - [huggingface/accelerate#2251](https://github.com/huggingface/accelerate/issues/2251)
    """

    code = "TLN605"
    name = "discarded-tensor-op"
    triggers = tuple(f".{name}(".encode() for name in sorted(_OWN | _SHARED))

    def check(self, module: Module) -> Iterator[Problem]:
        if module.is_test:
            return
        for function in module.functions:
            found = [call for call in function.discarded if _is_candidate(call)]
            found = [call for call in found if not _may_have_type(module, call) and not _is_as_itself(call)]
            found = [call for call in found if not _wakes_device(call) and not _has_no_graph(call)]
            found = [call for call in found if not _is_there_already(module, call)]
            found = [call for call in found if not _is_moved_by_others(module, call)]
            if function.parent is None:
                # alone on the top level, a value is shown: in a cell, or in a script that once was a notebook
                found = [call for call in found if id(call) in _looped(function.trace)]
            if not found:
                continue
            if is_timed(function):
                continue
            probed = set(map(id, _probed(function.trace, False)))
            for call in found:
                if id(call) not in probed and self._is_on_tensor(module, function, call):
                    yield self._problem(module, call)

    def _is_on_tensor(self, module: Module, function: Function, call: Call) -> bool:
        assert isinstance(call.func, Attr)
        base, evaluator = call.func.base, module.evaluator
        for value in evaluator.values(base, None):
            if isinstance(value, (External, FunctionValue, Instance, Container, Constant)):
                return False
        certain = _is_made(module, base) or any(
            other is not call and _shows_tensor(other, base) for other in function.calls
        )
        return certain or (call.func.name in _OWN and not isinstance(strip(base), (Attr, Free, Item)))

    def _problem(self, module: Module, call: Call) -> Problem:
        assert isinstance(call.func, Attr)
        name = call.func.name
        kind = "works in place on modules only" if name in _MOVING else "does not work in place"
        return Problem(
            module.site(call),
            f"the result of `{module.text(call)}` is thrown away: `{name}()` {kind}, and the tensor stays as it was",
            "assign the result to the tensor's own name, or delete the line",
        )


def _is_candidate(call: Call) -> bool:
    return (
        isinstance(call.func, Attr)
        and (call.func.name in _OWN or call.func.name in _SHARED)
        and call.keyword("out") is None
        # no tensor's own: a method of another class, which may do what it says
        and call.keyword("inplace") is None
        and not _writes(call.func.base)
    )


def _writes(node: Node) -> bool:
    """Whether a chain of methods changes its tensor in place on the way: `weight.data.copy_(w).view_as(w)`."""
    while isinstance(node, (Attr, Call)):
        if isinstance(node, Call) and isinstance(node.func, Attr) and node.func.name.endswith("_"):
            return True
        node = node.func if isinstance(node, Call) else node.base
    return False


def _may_have_type(module: Module, call: Call) -> bool:
    """Whether a tensor is cast to the type that it has, or may have: the line does nothing, and need not."""
    assert isinstance(call.func, Attr)
    dtypes = module.evaluator.dtypes
    given = [*call.args, *(value for name, value in call.keywords if name == "dtype")]
    asks = any(
        (isinstance(value, Attr) and value.name == "dtype") or dtypes.dtype_named(value, None) for value in given
    )
    if call.func.name not in _CASTS and not asks:
        return False
    before, after = ({dtype.name for dtype in dtypes.find(node, None)} for node in (call.func.base, call))
    return "?" in before or before == after


def _is_as_itself(call: Call) -> bool:
    """Whether a tensor is made like itself, as `x.view_as(x)`: nothing is lost."""
    assert isinstance(call.func, Attr)
    return call.func.name.endswith("_as") and len(call.args) == 1 and strip(call.args[0]) is strip(call.func.base)


def _wakes_device(call: Call) -> bool:
    """`torch.zeros(1).cuda()`: a tensor without a name is moved, to set up the GPU or to take its memory."""
    assert isinstance(call.func, Attr)
    made = call.func.base
    named = any(made in values for values in call.function.bindings.values())
    return call.func.name in _MOVING and isinstance(made, Call) and called_name(made) in FRESH and not named


def _is_there_already(module: Module, call: Call) -> bool:
    """Whether a tensor is moved to a device where it is: what a layer made is where the input and the weights are, what
    was computed from tensors of the GPU is there as well.
    """
    assert isinstance(call.func, Attr)
    made = strip(call.func.base)
    wanted = module.evaluator.constant(call.args[0] if call.args else None, None)
    if call.func.name in ("to", "cuda") and wanted != "cpu" and _was_moved(module.evaluator, made, 0):
        return True
    return (
        call.func.name in _MOVING - _CASTS
        and isinstance(made, Call)
        and any(_is_weight(given) for given in (*made.args, *(value for _, value in made.keywords)))
        and any(
            isinstance(value, External) and value.name.startswith("torch.nn.functional.")
            for value in module.evaluator.values(made.func, None)
        )
    )


def _is_moved_by_others(module: Module, call: Call) -> bool:
    """Whether a tensor need not be moved: a single number on the CPU goes with any tensor on the GPU, and DataParallel
    moves what it is given.
    """
    assert isinstance(call.func, Attr)
    if call.func.name not in _MOVING - _CASTS:
        return False
    tensor = strip(call.func.base)
    if isinstance(tensor, Call) and called_name(tensor) == "tensor" and len(tensor.args) == 1:
        return isinstance(module.evaluator.constant(tensor.args[0], None), (int, float))
    frames = contexts(module.evaluator, call.function)
    callers = {frame.call.function.module for frame in frames if frame is not None and frame.call is not None}
    return any(b"DataParallel(" in one.source.data for one in (module, *callers)) and any(
        strip(given) is tensor for user in call.function.calls for given in user.args
    )


def _was_moved(evaluator: Evaluator, node: Node, depth: int) -> bool:
    """Whether a tensor, or one that it is computed from, was put on the GPU."""
    node = strip(node)
    if depth > MAX_STEPS:
        return False
    if isinstance(node, Call):
        if called_name(node) == "cuda":
            return True
        if called_name(node) == "type":
            kinds = (value for given in node.args for value in evaluator.values(given, None))
            return any(isinstance(kind, External) and kind.name.startswith("torch.cuda.") for kind in kinds)
        parts = [*node.args[:1], *((node.func.base,) if isinstance(node.func, Attr) else ())]
    elif isinstance(node, (Binary, Unary, Display, Part)):
        parts = list(node.parts())
    else:
        return False
    return any(_was_moved(evaluator, part, depth + 1) for part in parts)


def _is_weight(node: Node) -> bool:
    """`self.weight`."""
    node = strip(node)
    return isinstance(node, Attr) and isinstance(node.base, Param) and is_self(node.base, node.base.function)


def _has_no_graph(call: Call) -> bool:
    """`detach()` on a tensor that was just made of data: it has no graph to be taken from."""
    assert isinstance(call.func, Attr)
    made = strip(call.func.base)
    fresh = isinstance(made, Call) and called_name(made) in _FACTORIES and made.keyword("requires_grad") is None
    return call.func.name == "detach" and fresh


def _is_made(module: Module, node: Node) -> bool:
    """Whether a value is what a function of torch gives, or one of a list of such."""
    node = strip(node)
    drawn = strip(node.base) if isinstance(node, Element) else None
    if isinstance(drawn, Comprehension):
        return _is_made(module, drawn.element)
    if not isinstance(node, Call):
        return False
    if called_name(node) in _FACTORIES:
        values = module.evaluator.values(node.func, None)
        return any(isinstance(value, External) and value.name.startswith("torch.") for value in values)
    return isinstance(node.func, Attr) and node.func.name in _OWN and not isinstance(strip(node.func.base), Free)


def _shows_tensor(call: Call, base: Node) -> bool:
    """Whether a call asks a value for what only tensors have."""
    return isinstance(call.func, Attr) and call.func.name in _SIGNS and strip(call.func.base) is strip(base)


def _looped(trace: Trace) -> set[int]:
    """The calls in the loops of a trace."""
    found: set[int] = set()
    for step in trace:
        if isinstance(step, LoopStep):
            found |= set(map(id, calls_in(step.body)))
        else:
            for block in blocks(step):
                found |= _looped(block)
    return found


def _probed(trace: Trace, probing: bool) -> Iterator[Call]:
    """Calls that are run to see whether they raise."""
    for step in trace:
        if isinstance(step, Call) and probing:
            yield step
        for block in blocks(step):
            yield from _probed(block, probing or expects_error(step, block))
