from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from torchlint.findings import Fix
from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.knowledge.tensors import FRESH
from torchlint.semantics.layers import is_module_class, is_parameter, own_attribute, own_frame
from torchlint.semantics.nodes import Attr, Binary, Call, Choice, Join, Loop, Node, Param, Unary, Update, strip
from torchlint.semantics.operations import called_name
from torchlint.semantics.truth import variable
from torchlint.semantics.usage import is_read
from torchlint.semantics.values import External, Instance

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Module
    from torchlint.semantics.values import Context

#: Methods that give a plain tensor computed from the parameter, wherever the program runs.
_COMPUTING = frozenset(
    {
        "double", "half", "bfloat16", "clone", "view", "reshape", "unsqueeze", "squeeze", "expand", "repeat", "t",
        "transpose", "permute", "mul", "div", "add", "sub", "exp", "abs", "sigmoid", "softmax", "type",
    }
)  # fmt: skip

#: Methods that give the parameter itself on the CPU, and a plain tensor where they move it.
_MOVING = frozenset({"cuda", "to", "xpu", "npu"})

#: Methods that give back the parameter itself.
_FLUENT = frozenset({"requires_grad_", "float", "cpu", "contiguous", "normal_", "uniform_", "zero_", "fill_"})


class LostParameter(StaticRule):
    """
    ## What it does
    Finds `self.weight = nn.Parameter(...).cuda()` and the like: what is assigned is not the parameter, but a tensor
    computed from it.

    ## Why is this bad?
    `.cuda()`, `.to(device)`, `.double()` or `* 0.01` give a plain tensor. The module does not register it: it is not
    among `parameters()`, so no optimizer trains it, and no checkpoint holds it. With `.cuda()` and `.to(device)` it
    works as long as the program runs on the CPU.

    ## Example
    ```python
    class Gate(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.weight = nn.Parameter(torch.randn(width)).cuda()
    ```

    ## Use instead
    ```python
    self.weight = nn.Parameter(torch.randn(width))  # and gate.cuda() where the module is made
    ```

    ## Fix safety
    The fix moves the call or the arithmetic into the parentheses of `nn.Parameter(...)`. It is unsafe: the parameter is
    trained from then on, and a checkpoint that was made before lacks it.

    ## Known problems
    A parameter made with `requires_grad=False` is not meant to be trained and is not reported. Neither are `.float()`
    and `.cpu()`, which give back the parameter itself, and a `.to(device)` of what was computed on that device.

    ## References
    - [torch.nn.Parameter](https://pytorch.org/docs/stable/generated/torch.nn.parameter.Parameter.html)
    - [pytorch/pytorch#17484](https://github.com/pytorch/pytorch/issues/17484)
    """

    code = "TLN602"
    name = "lost-parameter"
    triggers = (b"Parameter(",)

    def check(self, module: Module) -> Iterator[Problem]:
        evaluator = module.evaluator
        if not module.calls_by_name.get("Parameter"):
            return
        for cls in module.classes:
            for method in cls.methods.values():
                for store in method.stores:
                    name = own_attribute(store, method)
                    if name is None:
                        continue
                    frame = own_frame(evaluator, method)
                    for lost, how, moved in _losses(evaluator, store.value, frame, 0):
                        if is_module_class(evaluator, cls) and is_read(cls, name):
                            yield self._problem(module, name, lost, how, moved)
                            break

    def _problem(self, module: Module, name: str, lost: Node, how: str, moved: bool) -> Problem:
        where = " as soon as it moves it" if moved else ""
        return Problem(
            module.site(lost),
            f"`self.{name}` is no parameter: `{how}` gives a plain tensor{where}, "
            "which is not registered, so no optimizer trains it and no checkpoint holds it",
            f"apply `{how}` to the tensor inside of `nn.Parameter(...)`, or move the whole module",
            fix=partial(_inside, module, lost, how),
        )


def _inside(module: Module, lost: Node, how: str) -> Fix | None:
    """What is computed from the parameter, computed from its tensor instead."""
    editor, whole = module.editor, module.editor.span(lost)
    if isinstance(lost, Binary):
        sides = [(lost.left, editor.operand(lost, "left")), (lost.right, editor.operand(lost, "right"))]
    elif isinstance(lost, Call) and isinstance(lost.func, Attr):
        sides = [(lost.func.base, editor.base(lost))]
    else:
        return None
    for node, made in sides:
        parameter = strip(node)
        # only where the call itself stands here, and no variable that holds it
        written = editor.span(parameter) if isinstance(parameter, Call) else None
        if whole is None or made is None or written is None or made.start != written.start:
            continue
        tensor = editor.argument(parameter, 0, "data")
        if tensor is None or tensor.end > made.end:
            continue
        before, after = editor.text(whole.start, made.start), editor.text(made.end, whole.end)
        edits = [
            editor.edit(whole.start, made.start, ""),
            editor.edit(tensor.start, tensor.end, f"{before}{tensor.primary}{after}"),
            editor.edit(made.end, whole.end, ""),
        ]
        return Fix(
            f"apply `{how}` inside of the parameter",
            tuple(edit for edit in edits if edit.content or edit.location.column != edit.location.end_column),
        )
    return None


def _losses(evaluator: Evaluator, node: Node, context: Context | None, depth: int) -> Iterator[tuple[Node, str, bool]]:
    """Where a parameter turns into a plain tensor on its way to an attribute: by what, and if only by moving it."""
    node = strip(node)
    if depth > 6:
        return
    if isinstance(node, (Choice, Join)):
        for part in node.parts():
            yield from _losses(evaluator, part, context, depth + 1)
    elif isinstance(node, Binary):
        if not node.in_place and any(_is_trained(evaluator, part, context) for part in node.parts()):
            yield node, _SIGNS.get(node.op, node.op), False
    elif isinstance(node, Call) and isinstance(node.func, Attr):
        name, base = node.func.name, node.func.base
        if name in _FLUENT:
            yield from _losses(evaluator, base, context, depth + 1)
        elif name in _COMPUTING and _is_trained(evaluator, base, context):
            yield node, f".{name}()", False
        elif name in _MOVING and _is_trained(evaluator, base, context):
            stays = _is_handed_in(base) or _is_there(node) or (name == "to" and _keeps(evaluator, node, context))
            if not stays:
                yield node, f".{name}(...)" if node.args else f".{name}()", True


_SIGNS = {"Multiply": "*", "Divide": "/", "Add": "+", "Subtract": "-", "MatrixMultiply": "@", "Power": "**"}


def _is_handed_in(parameter: Node) -> bool:
    """Whether the tensor of a parameter is computed from one that the function is given: it may lie on any device."""
    stack, seen = [strip(parameter)], 0
    while stack and seen < 100:
        node = stack.pop()
        seen += 1
        if isinstance(node, Param):
            return True
        if isinstance(node, Call):
            name = called_name(node)
            if name in FRESH:
                continue
            if name == "Parameter":
                stack += node.args[:1] or [value for key, value in node.keywords if key == "data"]
                continue
        stack += [strip(part) for part in node.parts()]
    return False


def _is_there(call: Call) -> bool:
    """Whether the tensor inside went to the same place before: `nn.Parameter(torch.randn(n).to(device)).to(device)`."""
    parameter = strip(call.func.base) if isinstance(call.func, Attr) else None
    if not isinstance(parameter, Call) or not parameter.args or len(call.args) > 1 or call.keywords:
        return False
    return _went(parameter.args[0], call, 0)


def _went(node: Node, where: Call, depth: int) -> bool:
    """Whether a tensor, or one that it is computed with, was moved in the way that another call moves it."""
    node = strip(node)
    while isinstance(node, (Loop, Update)):
        node = strip(node.init if isinstance(node, Loop) else node.base)  # filled item by item
    if isinstance(node, (Binary, Unary, Join)) and depth < 6:
        return any(_went(part, where, depth + 1) for part in node.parts())
    place = [variable(given) for given in where.args]
    while isinstance(node, Call):
        device = node.keyword("device")
        if device is not None and place == [variable(device)]:
            return True
        if not isinstance(node.func, Attr):
            return False
        if called_name(node) == called_name(where) and [variable(given) for given in node.args] == place:
            return True
        node = strip(node.func.base)
    return False


def _keeps(evaluator: Evaluator, call: Call, context: Context | None) -> bool:
    """Whether `.to(...)` names nothing but the CPU or the dtype that a parameter has anyway."""
    given = (*call.args, *(value for _, value in call.keywords))
    return all(
        evaluator.constant(node, context) == "cpu"
        or any(
            isinstance(v, External) and v.name in ("torch.float", "torch.float32")
            for v in evaluator.values(node, context)
        )
        for node in given
    )


def _is_trained(evaluator: Evaluator, node: Node, context: Context | None) -> bool:
    """Whether a value is the call of nn.Parameter, or a variable that holds it, and is meant to be trained."""
    node = strip(node)
    if isinstance(node, Call) and isinstance(node.func, Attr) and node.func.name in _FLUENT:
        return _is_trained(evaluator, node.func.base, context)
    if not isinstance(node, Call):
        return False
    values = evaluator.values(node, context)
    if not values or not all(is_parameter(value) for value in values):
        return False
    for value in values:
        assert isinstance(value, Instance)
        if value.call is not node or value.last != "Parameter":
            return False
        flag = node.args[1] if len(node.args) > 1 else node.keyword("requires_grad")
        if flag is not None and evaluator.constant(flag, context) is not True:
            return False
    return True
