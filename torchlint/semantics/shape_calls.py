"""Shapes of what calls return: methods and functions of tensors, layers, and code of the project."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from torchlint.semantics.knowledge import tensors as known
from torchlint.semantics.nodes import Attr, Call, Choice, Comprehension, Display, Loop, Node, Param, Part, Starred
from torchlint.semantics.shape_layers import FUNCTIONAL, UNPACKED, layer
from torchlint.semantics.shape_moves import CUTS, MOVES
from torchlint.semantics.shape_operation import Operation
from torchlint.semantics.shape_products import PRODUCTS, reduced
from torchlint.semantics.values import (
    ClassValue,
    Context,
    External,
    FunctionValue,
    Instance,
    Opaque,
)

if TYPE_CHECKING:
    from torchlint.semantics.shape import Shape
    from torchlint.semantics.shapes import Shapes

#: functions outside torch that work on tensors like its own
_TENSOR_ROOTS = ("torch.", "numpy.", "einops.", "jax.", "cv2.")

_ONE_RESULT = {**MOVES, **PRODUCTS, **FUNCTIONAL}
_SEVERAL_RESULTS = {**CUTS, **UNPACKED}


def call(shapes: Shapes, node: Call, context: Context | None, path: tuple[int, ...]) -> Shape:
    """The shape of (element `path` of) what a call returns."""
    evaluator = shapes.evaluator
    callees = evaluator.values(node.func, context)
    if len(callees) > 3:
        return shapes.unknown(node, context, path)
    results: list[Shape] = []
    for callee in callees:
        found = _called(shapes, callee, node, context, path)
        if found is None:
            return shapes.unknown(node, context, path)
        results.append(found)
    if results and all(result.dims == results[0].dims for result in results):
        return results[0]
    return shapes.unknown(node, context, path)


def _called(shapes: Shapes, callee: object, node: Call, context: Context | None, path: tuple[int, ...]) -> Shape | None:
    if isinstance(callee, External):
        if not callee.name.startswith(_TENSOR_ROOTS):
            return None
        if not node.args and not node.keywords:
            return None
        name = callee.last
        tensor = node.args[0] if node.args else None
        rest = node.args[1:]
        if tensor is None:
            for key in ("input", "tensor", "x", "query", "a"):
                tensor = tensor or node.keyword(key)
        if isinstance(tensor, Starred):
            return None
        return operation(Operation(shapes, node, context, name, tensor, rest), path)
    if isinstance(callee, Instance):
        if callee.cls is None:
            if not node.args or isinstance(node.args[0], Starred):
                return None
            given = replace(shapes.shape(node.args[0], context), blank=False)
            return layer(shapes, callee, given, node, context, path)
        return _followed(shapes, callee, node, context, path)
    if isinstance(callee, (FunctionValue, ClassValue)):
        return _followed(shapes, callee, node, context, path) if isinstance(callee, FunctionValue) else None
    if isinstance(callee, Opaque) and isinstance(node.func, Attr):
        entered = shapes.evaluator.entered(callee, node, context)
        if entered is not None:
            return _followed(shapes, callee, node, context, path)
        return operation(Operation(shapes, node, context, node.func.name, node.func.base, node.args), path)
    return None


def _followed(
    shapes: Shapes, callee: object, node: Call, context: Context | None, path: tuple[int, ...]
) -> Shape | None:
    """Into a function or a forward of the project."""
    evaluator = shapes.evaluator
    frame = evaluator.entered(callee, node, context)  # type: ignore[arg-type]
    if frame is None or len(frame.function.returns) > 4:
        return None
    found: list[Shape] = []
    for item in frame.function.returns:
        if item.yielded:
            return None
        if not evaluator.feasible(item.guards, frame):
            continue
        found.append(shapes.shape(item.value, frame, path))
    if found and all(shape.dims == found[0].dims for shape in found):
        return found[0]
    return None


# ------------------------------------------------------------------ several tensors in one value


def is_several(shapes: Shapes, node: Node, context: Context | None) -> bool:
    """Whether a value is a tuple or list of tensors, so that an index takes one and leaves its shape alone."""
    while isinstance(node, Loop) and node.next is None:
        node = node.init
    if isinstance(node, (Display, Comprehension)):
        return True
    if isinstance(node, Choice):
        return is_several(shapes, node.yes, context) or is_several(shapes, node.no, context)
    if isinstance(node, Param):
        bound = shapes.argument(node, context)
        return is_several(shapes, *bound) if bound is not None else False
    if isinstance(node, Part):
        base: Node = node.base
        while isinstance(base, Part):
            base = base.base
        if not isinstance(base, Call) or base is not node.base:
            return False
        if _recurrent(shapes, base, context) == "LSTM" and node.index in (1, -1):
            return True
        return _gives_several(shapes, base, node.index, context)
    if not isinstance(node, Call):
        return False
    for callee in shapes.evaluator.values(node.func, context):
        if isinstance(callee, External):
            if callee.name.startswith("torch.") and callee.last in known.PAIRED:
                return node.keyword("dim") is not None or len(node.args) > 1
            return callee.last in _SEVERAL
        if isinstance(callee, Instance):
            return (
                callee.last in known.RECURRENT
                or callee.last in ("MultiheadAttention", "LSTMCell")
                or (callee.cls is not None and _returns_several(shapes, callee, node, context))
            )
        if isinstance(callee, FunctionValue):
            return _returns_several(shapes, callee, node, context)
        if isinstance(callee, Opaque) and isinstance(node.func, Attr):
            if node.func.name in known.PAIRED:
                return bool(node.args or node.keyword("dim") is not None)
            return node.func.name in _SEVERAL
    return False


_SEVERAL = frozenset(
    {
        "chunk", "split", "unbind", "tensor_split", "topk", "sort", "pad_packed_sequence", "max_pool1d_with_indices",
        "multi_head_attention_forward", "meshgrid", "broadcast_tensors", "array_split", "vsplit", "hsplit",
    }
)  # fmt: skip


def _recurrent(shapes: Shapes, node: Call, context: Context | None) -> str:
    for callee in shapes.evaluator.values(node.func, context):
        if isinstance(callee, Instance) and callee.cls is None:
            return callee.last
    return ""


def _returns_several(shapes: Shapes, callee: object, node: Call, context: Context | None) -> bool:
    frame = shapes.evaluator.entered(callee, node, context)  # type: ignore[arg-type]
    if frame is None:
        return False
    if frame.depth > 8:
        return False
    return any(is_several(shapes, item.value, frame) for item in frame.function.returns)


def _gives_several(shapes: Shapes, call: Call, index: int, context: Context | None) -> bool:
    """Whether one part of what a function of the project gives is several tensors: `return out, (hidden, cell)`."""
    frames = (shapes.evaluator.entered(callee, call, context) for callee in shapes.evaluator.values(call.func, context))
    return any(
        isinstance(item.value, Display)
        and -len(item.value.items) <= index < len(item.value.items)
        and is_several(shapes, item.value.items[index], frame)
        for frame in frames
        if frame is not None and frame.depth <= 8
        for item in frame.function.returns
    )


# --------------------------------------------------------------------------------- operations


def operation(op: Operation, path: tuple[int, ...]) -> Shape | None:
    """The shape of the result of a tensor function; None if it is not known."""
    name = op.name
    if name in _SEVERAL_RESULTS:
        return _SEVERAL_RESULTS[name](op, path)
    if name in known.PAIRED and path:
        path = path[1:]
    if path:
        return None
    if name in known.SAME or name.endswith("_like"):
        return op.shape if op.tensor is not None else None
    handler = _ONE_RESULT.get(name)
    if handler is not None:
        return handler(op) if op.tensor is not None or name in known.CONSTRUCTORS else None
    if name in known.BROADCAST or (name.endswith("_") and name[:-1] in known.BROADCAST):
        other = op.argument(0, "other")
        if op.tensor is None or other is None:
            return None
        shape = op.shape
        if name.endswith("_"):
            return shape
        return op.shapes.broadcast(op.node, op.context, shape, op.shapes.shape(other, op.context))
    if name in known.REDUCTIONS:
        return reduced(op)
    return None
