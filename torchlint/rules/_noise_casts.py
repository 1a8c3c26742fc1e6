"""Noise that is added to a picture, and the cast to 8 bits that wraps where it leads out of their range (TLN502)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules.base import Problem
from torchlint.semantics.nodes import Attr, Binary, Call, Const, Node, strip
from torchlint.semantics.operations import called_name
from torchlint.semantics.reach import origins
from torchlint.semantics.values import Constant, External

if TYPE_CHECKING:
    from torchlint.semantics.functions import Function
    from torchlint.semantics.module import Module

#: What draws numbers without bounds, in NumPy's `random`, in torch and in scikit-image.
_UNBOUNDED = frozenset({"normal", "randn", "standard_normal", "randn_like", "laplace", "poisson", "random_noise"})
#: What a picture is turned to after the noise, and stays in its range by: whoever asks for it knows.
_BOUNDING = frozenset(
    {"clip", "clamp", "minimum", "maximum", "clip_", "clamp_", "normalize", "where", "convertScaleAbs"}
)


def noise_casts(module: Module, function: Function) -> Iterator[Problem]:
    """The casts to uint8 of a sum with noise, in a function, before which nothing bounds the sum."""
    for call in function.calls:
        operand = _cast_to_bytes(module, call)
        sides = _summands(operand) if operand is not None else None
        if sides is None or not any(_is_noise(module, side) for side in sides):
            continue
        if (
            any(isinstance(strip(side), Const) for side in sides)
            or all(map(_is_product, sides))
            or _is_bounded(operand)
        ):
            continue
        yield Problem(
            module.site(call),
            "a sum with noise leaves [0, 255], and the cast to uint8 wraps there: 260 becomes 4 and -3 becomes 253",
            "keep it in its range before the cast: `np.clip(..., 0, 255).astype(np.uint8)`",
        )


def _cast_to_bytes(module: Module, call: Call) -> Node | None:
    """What is cast: `x` of `x.astype(np.uint8)`, `np.uint8(x)` and `x.byte()`."""
    name = called_name(call)
    if name == "astype" and isinstance(call.func, Attr) and call.args:
        given = module.evaluator.values(call.args[0], None)
        wanted = any(
            (isinstance(value, External) and value.name == "numpy.uint8")
            or (isinstance(value, Constant) and value.value == "uint8")
            for value in given
        )
        return call.func.base if wanted else None
    if name == "byte" and isinstance(call.func, Attr) and not call.args:
        return call.func.base
    if name == "uint8" and len(call.args) == 1:
        return call.args[0]
    return None


def _summands(node: Node | None) -> tuple[Node, Node] | None:
    """`a` and `b` of `a + b`, `a - b` or `np.add(a, b)`."""
    node = strip(node) if node is not None else None
    if isinstance(node, Call) and called_name(node) in ("round", "rint", "around"):
        node = strip(node.args[0] if node.args else node.func.base if isinstance(node.func, Attr) else node)
    if isinstance(node, Binary) and node.op in ("Add", "Subtract"):
        return node.left, node.right
    if isinstance(node, Call) and called_name(node) == "add" and len(node.args) == 2:
        return node.args[0], node.args[1]
    return None


def _is_noise(module: Module, node: Node) -> bool:
    """Whether a value is drawn from a distribution without bounds, perhaps times something."""
    return any(
        isinstance(drawn, Call)
        and called_name(drawn) in _UNBOUNDED
        and any(
            isinstance(value, External) and value.name.startswith(("numpy.random.", "torch.", "skimage."))
            for value in module.evaluator.values(drawn.func, None)
        )
        for drawn in origins(node)
    )


def _is_product(node: Node) -> bool:
    """One of two products: `a * mask + b * (1 - mask)` is a blend, which stays between the two."""
    node = strip(node)
    return (isinstance(node, Binary) and node.op == "Multiply") or (
        isinstance(node, Call) and called_name(node) == "multiply"
    )


def _is_bounded(node: Node | None) -> bool:
    return node is not None and any(isinstance(made, Call) and called_name(made) in _BOUNDING for made in origins(node))
