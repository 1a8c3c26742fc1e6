"""Shapes of what the layers of torch.nn return, as objects and as functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from torchlint.semantics.knowledge import tensors as known
from torchlint.semantics.nodes import Call, Node
from torchlint.semantics.shape_moves import flattened
from torchlint.semantics.shape_operation import Operation
from torchlint.semantics.sizes import Size, number, product
from torchlint.semantics.values import (
    Context,
    Instance,
)

if TYPE_CHECKING:
    from torchlint.semantics.shape import Shape
    from torchlint.semantics.shape_sizes import ShapeSizes
    from torchlint.semantics.shapes import Shapes
    from torchlint.semantics.values import Bound


def layer_node(shapes: ShapeSizes, instance: Instance, name: str) -> Bound | None:
    """What a layer was given for a parameter of its constructor."""
    origin = instance
    while origin.copied is not None:
        origin = origin.copied
    if origin.call is None:
        return None
    arguments = shapes.evaluator.arguments(origin.call, origin.context)
    found = arguments.keywords.get(name)
    if found is not None:
        return found
    signature = known.SIGNATURES.get(origin.last, ())
    if name in signature and signature.index(name) < len(arguments.positional):
        return arguments.positional[signature.index(name)]
    return None


def layer_argument(shapes: ShapeSizes, instance: Instance, name: str) -> Size | None:
    found = layer_node(shapes, instance, name)
    return shapes.size(*found) if found is not None else None


def _known_class(instance: Instance) -> bool:
    return instance.name.startswith("torch.") or "." not in instance.name or ".nn." in instance.name


def layer(
    shapes: Shapes, instance: Instance, shape: Shape, node: Call, context: Context | None, path: tuple[int, ...]
) -> Shape | None:
    """What a layer of torch makes of `shape`."""
    if not _known_class(instance):
        return None
    name = instance.last
    if name in known.RECURRENT:
        return _recur(shapes, instance, shape, node, context, path)
    if name == "MultiheadAttention":
        return shape if path == (0,) else None
    if path:
        return None
    shape = shapes.with_rank(shape)
    if name in known.SAME_LAYERS:
        return shape
    if name in ("Linear", "LazyLinear"):
        size = layer_argument(shapes, instance, "out_features")
        axis = (size,) if size is not None and size.constant != 1 else () if size is not None else None
        return shapes.replaced(shape, -1, axis if axis is not None else shapes.fresh(node, context, -1))
    if name == "Embedding":
        size = layer_argument(shapes, instance, "embedding_dim")
        found = shapes.inserted(shape, -1, (size,)) if size is not None else None
        return found.told(node.function.module.site(node), "the Embedding adds its dimension last") if found else None
    if name in known.CONVOLUTIONS:
        return _convolve(shapes, instance, shape, node, context)
    if name in known.POOLS:
        return _pool(shapes, instance, shape, node, context)
    if name == "Flatten":
        ends = [_integer(shapes, instance, key, default) for key, default in (("start_dim", 1), ("end_dim", -1))]
        return flattened(shapes, shape, *ends)
    if name == "Sequential":
        children = shapes.evaluator.children(instance)
        result: Shape | None = shape
        for child in children if children is not None else ():
            values = shapes.evaluator.values(*child)
            if len(values) != 1 or not isinstance(values[0], Instance) or values[0].cls is not None or result is None:
                return None
            result = layer(shapes, values[0], result, node, context, ())
        return result if children else None
    return None


def _integer(shapes: Shapes, instance: Instance, name: str, default: int) -> int | None:
    found = layer_node(shapes, instance, name)
    if found is None:
        return default
    value = shapes.evaluator.constant(*found)
    return value if type(value) is int else None


def _convolve(shapes: Shapes, instance: Instance, shape: Shape, node: Call, context: Context | None) -> Shape | None:
    count = known.CONVOLUTIONS[instance.last]
    closed = shapes.closed(shape, count + 2)
    if closed is None:
        return None
    channels = layer_argument(shapes, instance, "out_channels")
    middle = shapes.fresh(node, context, 1) if channels is None else () if channels.constant == 1 else (channels,)
    space = closed.front[2:]
    if not _keeps_space(shapes, instance):
        space = tuple(shapes.fresh(node, context, 2 + i, certain=False) for i in range(count))
    site = node.function.module.site(node)
    return closed.with_front((closed.front[0], middle, *space)).told(
        site, f"{instance.last} gives (batch, channels, {_SPACE[count]})"
    )


_SPACE = {1: "length", 2: "height, width", 3: "depth, height, width"}


def _keeps_space(shapes: Shapes, instance: Instance) -> bool:
    if "Transpose" in instance.last:
        return False
    values = {}
    for name, default in (("kernel_size", None), ("stride", 1), ("padding", 0), ("dilation", 1)):
        found = layer_node(shapes, instance, name)
        values[name] = default if found is None else shapes.evaluator.constant(*found)
    if values["padding"] == "same":
        return True
    kernel, padding = values["kernel_size"], values["padding"]
    if type(kernel) is not int or type(padding) is not int:
        return False
    return values["stride"] == 1 and values["dilation"] == 1 and 2 * padding == kernel - 1


def _pool(shapes: Shapes, instance: Instance, shape: Shape, node: Call, context: Context | None) -> Shape | None:
    count = known.POOLS[instance.last]
    if count < 0:
        if shape.rank is None or shape.rank < 3:
            return None
        count = shape.rank - 2
    closed = shape if shape.hole is None else shapes.closed(shape, count + 2)
    if closed is None or len(closed.front) < count:
        return None
    lead = closed.front[:-count]
    space: list[tuple[Size, ...]] = [shapes.fresh(node, context, len(lead) + i, certain=False) for i in range(count)]
    if instance.last.startswith("Adaptive"):
        found = layer_node(shapes, instance, "output_size")
        if found is not None:
            space = _fixed_space(shapes, found[0], found[1], space)
    return closed.with_front((*lead, *space))


def _recur(
    shapes: Shapes, instance: Instance, shape: Shape, node: Call, context: Context | None, path: tuple[int, ...]
) -> Shape | None:
    """The output of an RNN, or its final states: (layers * directions, batch, hidden) in either layout."""
    hidden = layer_argument(shapes, instance, "hidden_size")
    if hidden is None or layer_node(shapes, instance, "proj_size") is not None:
        return None
    directions = _directions(shapes, instance)
    first = layer_node(shapes, instance, "batch_first")
    batch_first: object = False if first is None else shapes.evaluator.constant(*first)
    if first is not None and batch_first is None:
        batch_first = shapes.decided(*first)
    closed = shapes.closed(shape, 3)
    if closed is None:
        return None
    shape = closed
    if shape.packed:
        batch: tuple[Size, ...] = shape.front[0]
    elif type(batch_first) is bool:
        batch = shape.front[0 if batch_first else 1]
    else:
        batch = shapes.fresh(node, context, 1)
    site = node.function.module.site(node)
    if path == (0,):
        if directions is None or not (shape.packed or type(batch_first) is bool):
            return None
        wide = (directions, hidden) if directions.constant != 1 else (hidden,)
        axes = (*shape.front[:2], wide)
        layout = "batch, time" if shape.packed or batch_first else "time, batch"
        return replace(shape, front=axes, hole=None, back=(), batch=product(batch)).told(
            site, f"the output of {instance.last} is ({layout}, features)"
        )
    if path not in (((1, 0), (1, 1)) if instance.last == "LSTM" else ((1,),)):
        return None
    count = layer_argument(shapes, instance, "num_layers") or number(1)
    if directions is None:
        return None
    layers = tuple(size for size in (count, directions) if size.constant != 1)
    result = replace(
        shape,
        front=(layers, batch, (hidden,)),
        hole=None,
        back=(),
        batch=product(batch),
        packed=False,
        story=(),
    )
    return result.told(
        site, f"the final states of {instance.last} are (layers * directions, batch, hidden), also with batch_first"
    )


def _directions(shapes: Shapes, instance: Instance) -> Size | None:
    found = layer_node(shapes, instance, "bidirectional")
    if found is None:
        return number(1)
    value = shapes.evaluator.constant(*found)
    if isinstance(value, (bool, int)):
        return number(2 if value else 1)
    decided = shapes.decided(*found)
    if decided is not None:
        return number(2 if decided else 1)
    shapes.ask(*found)
    return None


# ------------------------------------------------------------------------------ as functions


def _linear(op: Operation) -> Shape | None:
    return op.shapes.replaced(op.shape, -1, op.fresh(-1))


def _embedding(op: Operation) -> Shape | None:
    weight = op.argument(0, "weight")
    if weight is None:
        return None
    axis = op.shapes.axis(op.shapes.shape(weight, op.context), 1)
    return op.shapes.inserted(op.shape, -1, axis) if axis is not None else None


def _one_hot(op: Operation) -> Shape | None:
    classes = op.argument(0, "num_classes")
    axis = (op.shapes.size(classes, op.context),) if classes is not None else op.fresh(-1)
    return op.shapes.inserted(op.shape, -1, axis)


def _convolved(op: Operation) -> Shape | None:
    count = known.FUNCTIONAL_CONVOLUTIONS[op.name]
    shape = op.shapes.closed(op.shape, count + 2)
    if shape is None:
        return None
    return shape.with_front((shape.front[0], op.fresh(1), *(op.fresh(2 + i, certain=False) for i in range(count))))


def _pooled(op: Operation) -> Shape | None:
    count = known.FUNCTIONAL_POOLS[op.name]
    shape = op.shapes.with_rank(op.shape)
    if shape.hole is not None:
        shape = op.shapes.closed(shape, count + 2) or shape
    if shape.hole is not None or len(shape.front) < count:
        return None
    lead = shape.front[:-count]
    space: list[tuple[Size, ...]] = [op.fresh(len(lead) + i, certain=False) for i in range(count)]
    if op.name.startswith("adaptive"):
        space = _fixed_space(op.shapes, op.argument(0, "output_size"), op.context, space)
    return shape.with_front((*lead, *space))


def _fixed_space(
    shapes: Shapes, output: Node | None, context: Context | None, space: list[tuple[Size, ...]]
) -> list[tuple[Size, ...]]:
    """The spatial sizes that an adaptive pool is told to give."""
    if output is None:
        return space
    sizes = shapes.sequence(output, context)
    if sizes is None:
        value = shapes.evaluator.constant(output, context)
        if type(value) is not int:
            return space
        sizes = [number(value)] * len(space)
    if len(sizes) != len(space):
        return space
    return [() if size.constant == 1 else (size,) for size in sizes]


def _resized(op: Operation) -> Shape | None:
    shape = op.shapes.opened(op.shapes.with_rank(op.shape), front=2)
    if shape.hole is not None or len(shape.front) < 3:
        return None
    return shape.with_front((*shape.front[:2], *(op.fresh(i, certain=False) for i in range(2, len(shape.front)))))


def _attention(op: Operation) -> Shape | None:
    value = op.argument(1, "value")
    if value is None:
        return None
    query = op.shapes.with_rank(op.shape)
    axis = op.shapes.axis(op.shapes.with_rank(op.shapes.shape(value, op.context)), -1)
    return op.shapes.replaced(query, -1, axis) if axis is not None else None


def _pack(op: Operation) -> Shape | None:
    """A packed sequence, told as (batch, time, ...)."""
    first = op.constant(1, "batch_first", default=False)
    shape = op.shapes.opened(op.shape, front=2)
    if type(first) is not bool or (shape.hole is None and len(shape.front) < 2):
        return None
    if not first:
        shape = shape.with_front((shape.front[1], shape.front[0], *shape.front[2:]))
    return replace(shape, packed=True)


def _unpack(op: Operation, path: tuple[int, ...]) -> Shape | None:
    if path != (0,):
        return None
    first = op.constant(0, "batch_first", default=False)
    shape = op.shapes.opened(op.shape, front=2)
    if type(first) is not bool or not shape.packed:
        return None
    batch, *rest = shape.front
    time = op.fresh(1)
    axes = (batch, time, *rest[1:]) if first else (time, batch, *rest[1:])
    return replace(shape.with_front(axes), packed=False)


#: by name
FUNCTIONAL: dict[str, Callable[[Operation], Shape | None]] = {
    "linear": _linear,
    "embedding": _embedding,
    "one_hot": _one_hot,
    "interpolate": _resized,
    "upsample": _resized,
    "scaled_dot_product_attention": _attention,
    "pack_padded_sequence": _pack,
    **dict.fromkeys(known.FUNCTIONAL_CONVOLUTIONS, _convolved),
    **dict.fromkeys(known.FUNCTIONAL_POOLS, _pooled),
}

#: of those that return several tensors
UNPACKED: dict[str, Callable[[Operation, tuple[int, ...]], Shape | None]] = {
    "pad_packed_sequence": _unpack,
}
