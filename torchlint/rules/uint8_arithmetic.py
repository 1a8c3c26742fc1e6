from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from torchlint.findings import Fix
from torchlint.rules._noise_casts import noise_casts
from torchlint.rules._wraps import cannot_wrap, is_averaged, is_blend, is_harmless, is_spread
from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics import arithmetic
from torchlint.semantics.arithmetic import SMALL_CONSTANT, Dtype
from torchlint.semantics.dtype_signs import may_hold_bytes
from torchlint.semantics.knowledge.dtypes import ARITHMETIC, FLOATS, NARROW
from torchlint.semantics.nodes import Attr, Binary, Call, Const, Node, Param, Unary
from torchlint.semantics.operations import Operations, called_name, depends_on_param
from torchlint.semantics.values import External

if TYPE_CHECKING:
    from torchlint.semantics.editor import Span
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Module, Site

_WORDS = {
    "Subtract": ("difference", "-"),
    "Add": ("sum", "+"),
    "Multiply": ("product", "*"),
    "Power": ("power", "**"),
    "Square": ("square", "**"),
    "Minus": ("negative", "-"),
    "Difference": ("difference", "-"),
}

_EXAMPLES = {
    "Subtract": "10 - 20 gives 246",
    "Difference": "10 - 20 gives 246",
    "Add": "200 + 100 gives 44",
    "Multiply": "20 * 20 gives 144",
    "Power": "20 ** 2 gives 144",
    "Square": "20 ** 2 gives 144",
    "Minus": "-10 gives 246",
}

_CASTS = frozenset({"float", "double", "long", "int", "astype", "to", "type", "half"})


class Uint8Arithmetic(StaticRule):
    """
    ## What it does
    Finds arithmetic on images and labels of 8 bits that wraps around: differences, sums, products and squares of
    uint8 tensors or NumPy arrays (as `np.array(Image.open(...))`, `cv2.imread` and `read_image` give them), and casts
    to a wider type that come after the arithmetic. The images may come from a helper, a caller or another file. Also
    casts to uint8 of a picture with noise that nothing keeps in [0, 255].

    ## Why is this bad?
    In uint8, 10 - 20 is 246 and 20 ** 2 is 144. A PSNR, an MSE or a brightness computed so is wrong by any amount,
    and neither torch nor NumPy says anything.

    ## Example
    ```python
    a = np.array(Image.open(first))
    b = np.array(Image.open(second))
    mse = np.mean((a - b) ** 2)
    ```

    ## Use instead
    ```python
    a = np.array(Image.open(first), dtype=np.float64)
    b = np.array(Image.open(second), dtype=np.float64)
    mse = np.mean((a - b) ** 2)
    ```

    ## Fix safety
    The fix casts the array before the arithmetic, to float32, or to int64 for labels and indices. It is
    unsafe: the result is another, has another dtype, and code that saves it as an image may want uint8 again.
    Arithmetic in place is not fixed.

    ## Known problems
    An array whose dtype can't be seen in the project is not reported, unless the docstring says that it is an image
    in [0, 255]. Sums that shift labels by a small number, sums of two pictures that become no mean (they may be masks
    of different objects), labels of one channel times a number, differences of masks of 0 and 1, and blends of two
    pictures by a mask are not reported, nor the difference of two arrays of which the function asks elsewhere which is
    greater, or that is only shown.

    ## References
    - [NumPy: overflow errors](https://numpy.org/doc/stable/user/basics.types.html#overflow-errors)
    - [torch: type promotion](https://pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc)
    """

    code = "TLN502"
    name = "uint8-arithmetic"
    guarded = True
    needs_torch = False
    triggers = (
        b"uint8",
        b"byte()",
        b"ByteTensor",
        b"imread",
        b"Image",
        b"read_image",
        b"read_video",
        b"decode_",
        b"VideoCapture",
        b"MNIST",
        b"CIFAR",
        b"255",
        b"bincount",
        b"psnr",
        b"PSNR",
        b".long()",
        b"torch.long",
        b"np.abs(",
        b"np.mean(",
        b"np.square(",
    )

    def check(self, module: Module) -> Iterator[Problem]:
        near = may_hold_bytes(module)
        if near is None:
            return
        for function in module.functions:
            yield from noise_casts(module, function)
            operations = module.evaluator.dtypes.operations(function)
            for node in operations.found:
                yield from self._operation(module, operations, node, near)

    def _operation(
        self, module: Module, operations: Operations, node: Binary | Unary | Call, near: bool
    ) -> Iterator[Problem]:
        evaluator = module.evaluator
        sides = _sides(evaluator, node)
        if sides is None:
            return
        op, base, args, in_place = sides
        if is_blend(node):
            return
        if _is_composition(node):
            yield from self._composition(module, operations, node, near)
        if cannot_wrap(op, base, args) or is_harmless(operations, node, op, base, args):
            return
        scaled = op == "Multiply" and _is_divided(operations, node)
        averaged = op != "Add" or is_averaged(operations, node)
        for context in evaluator.dtypes.frames(operations.function, node):
            pairs = evaluator.dtypes.operands(op, base, args, context)
            if context is None and pairs and all(a.name in FLOATS or b.name in FLOATS for a, b in pairs):
                return
            if any("?" in (a.name, b.name) for a, b in pairs):
                continue
            for a, b in pairs:
                plain = {"Square": "Power", "Difference": "Subtract"}.get(op, op)
                if not averaged and a.is_image and b.is_image:
                    continue  # what two files hold may be masks of different objects; only a mean is of pictures
                if not scaled and is_spread(operations, node, op, (a, b)):
                    continue
                if arithmetic.wraps(plain, a, b, in_place) or (scaled and arithmetic.scales(plain, a, b)):
                    yield self._problem(module, operations, node, op, (a, b), base)
                    return
            if context is None and pairs and all(a.is_array and b.is_array for a, b in pairs):
                return

    def _composition(self, module: Module, operations: Operations, node: Node, near: bool) -> Iterator[Problem]:
        """`row * width + column` of labels or coordinates in 8 bits."""
        assert isinstance(node, Binary)
        product, other = (node.left, node.right) if _is_product(node.left) else (node.right, node.left)
        assert isinstance(product, Binary)
        evaluator = module.evaluator
        finder = evaluator.dtypes
        cast = next((c for c in operations.taking_calls(node) if _is_long(evaluator, c)), None)
        counted = cast is not None and any("bincount" in called_name(call) for call in operations.taking_calls(cast))
        unseen = counted
        if not near and not counted:
            return
        for context in evaluator.dtypes.frames(operations.function, node):
            for x, factor in ((product.left, product.right), (product.right, product.left)):
                labels, scale, added = (finder.find(part, context) for part in (x, factor, other))
                if any(d.name not in ("int", "?", "int64") or d.is_array for d in scale):
                    continue
                if _is_product(other) and any(d.name == "?" for d in scale):
                    continue  # a blend: `a * mask + b * (1 - mask)`
                if any(d.low == 255 or d.quiet for d in scale) or any(d.library == "python" for d in labels):
                    continue
                if any(d.high is not None and d.high < SMALL_CONSTANT for d in scale):
                    unseen = False  # few classes: the index has room
                    continue
                narrow = next((d for d in labels if d.name in NARROW and d.is_array and not d.is_mask), None)
                also = next((d for d in added if d.name in NARROW and d.is_array), None)
                if narrow is not None and narrow.library == "numpy" and any(_is_too_wide(d) for d in scale):
                    continue  # NumPy 1 takes a wider type for the number, NumPy 2 raises
                if narrow is not None and also is not None and not narrow.quiet and narrow.also(also):
                    if arithmetic.wraps("Multiply", narrow, scale[0]):
                        return  # the product is reported
                    yield self._composed(module, node, cast, product, x, narrow, also)
                    return
                if not isinstance(factor, Const) and any(d.name != "?" for d in labels):
                    unseen = unseen and any(d.name == "?" for d in labels)
                if any(d.name != "?" for d in (*labels, *added)):
                    unseen = False
        if unseen and cast is not None and depends_on_param(product) and depends_on_param(other):
            yield Problem(
                module.site(node),
                f"{_quoted(module, node, 'this index')} is computed in the dtype of the labels and cast to int64 only "
                "afterwards: with uint8 labels it wraps at 256, and the counts land in the wrong cells",
                "cast the labels first: `labels.long() * n + other.long()`",
                ((module.site(cast), "the cast comes here, after the arithmetic"),),
            )

    def _composed(
        self, module: Module, node: Node, cast: Call | None, product: Binary, x: Node, narrow: Dtype, also: Dtype
    ) -> Problem:
        related = _origins((narrow, also))
        late = " and the cast comes after it" if cast is not None else ""
        written = next((text for text in (module.text(x), _name(x)) if text), "labels")
        wide = ".astype(np.int64)" if narrow.library == "numpy" else ".long()"
        return Problem(
            module.site(node),
            f"{_quoted(module, node, 'this index')} is computed in {narrow.name} and wraps at "
            f"{256 if narrow.name == 'uint8' else 128}{late}: different pairs get the same number",
            f"cast before the arithmetic: `{written}{wide} * ...`",
            related,
            partial(_cast_labels, module, product, x, narrow.library),
        )

    def _problem(
        self,
        module: Module,
        operations: Operations,
        node: Node,
        op: str,
        pair: tuple[Dtype, Dtype],
        base: Node,
    ) -> Problem:
        word, _ = _WORDS[op]
        late = any(called_name(call) in _CASTS for call in operations.taking_calls(node))
        harm = (
            "the cast comes too late, the values are wrong already" if late else "the result is wrong without a warning"
        )
        library = next((d.library for d in pair if d.is_array and d.name == "uint8"), "numpy")
        if isinstance(node, Binary):
            written = module.text(node, "left" if pair[0].is_array else "right")
        else:
            written = module.text(base)
        cast = ".float()" if library == "torch" else ".astype(np.float32)"
        wide = f"{written}{cast}" if written.isidentifier() else f"({written or '...'}){cast}"
        return Problem(
            module.site(node),
            f"{_quoted(module, node, f'this {word}')} is computed in uint8 and wraps at 256 ({_EXAMPLES[op]}): {harm}",
            f"convert before the arithmetic, for example `{wide}`",
            _origins(pair),
            partial(_cast_first, module, operations, node, pair),
        )


def _cast_first(module: Module, operations: Operations, node: Node, pair: tuple[Dtype, Dtype]) -> Fix | None:
    """The operand that is an array, cast: to floats, or to long integers where these are made afterwards."""
    narrow = next((d for d in pair if d.is_array and d.name == "uint8"), None)
    if narrow is None or (isinstance(node, Binary) and node.in_place):
        return None  # in place, the array would have to be another
    if isinstance(node, Call):
        if called_name(node).endswith("_"):
            return None
        external = any(isinstance(value, External) for value in module.evaluator.values(node.func, None))
        span = module.editor.argument(node, 0, "input") if external else module.editor.base(node)
        if narrow is not pair[0]:
            return None
    elif isinstance(node, (Binary, Unary)):
        span = module.editor.operand(node, "left" if narrow is pair[0] else "right")
    else:
        return None
    takers = [node, *(taker for taker in operations.takers_of(node) if isinstance(taker, Binary))]
    longs = any(_is_long(module.evaluator, call) for taker in takers for call in operations.taking_calls(taker))
    return _cast_span(module, span, narrow.library, "int64" if longs else "float32")


def _cast_labels(module: Module, product: Binary, labels: Node, library: str) -> Fix | None:
    side = "left" if product.left is labels else "right"
    return _cast_span(module, module.editor.operand(product, side), library, "int64")


def _cast_span(module: Module, span: Span | None, library: str, dtype: str) -> Fix | None:
    if span is None or span.is_literal:
        return None
    if library == "torch":
        text = {"float32": ".float()", "int64": ".long()"}[dtype]
    else:
        numpy = module.editor.named("numpy")
        text = f".astype({numpy}.{dtype})" if numpy is not None else f'.astype("{dtype}")'
    return Fix(f"convert to {dtype} first", tuple(module.editor.behind(span, text)))


def _is_too_wide(number: Dtype) -> bool:
    """Whether a number of Python does not fit into eight bits, but what it is a factor of into sixteen."""
    return number.library == "python" and number.low is not None and 255 < number.low <= 256


def _name(node: Node) -> str:
    return node.name if isinstance(node, (Attr, Param)) else ""


def _quoted(module: Module, node: Node, otherwise: str) -> str:
    text = module.text(node)
    return f"`{text}`" if 0 < len(text) <= 60 else otherwise


def _origins(pair: tuple[Dtype, ...]) -> tuple[tuple[Site, str], ...]:
    related: list[tuple[Site, str]] = []
    for dtype in pair:
        if dtype.name in NARROW and dtype.origin is not None:
            place = (id(dtype.origin.module), dtype.origin.n)
            if place not in {(id(site.module), site.n) for site, _ in related}:
                related.append(
                    (dtype.origin, dtype.how if "documented" in dtype.how else f"{dtype.name} since here: {dtype.how}")
                )
    return tuple(related)


def _sides(evaluator: Evaluator, node: Node) -> tuple[str, Node, tuple[Node, ...], bool] | None:
    """The operator, what it is applied to, and whether it works in place."""
    if isinstance(node, Binary):
        if node.op not in ("Add", "Subtract", "Multiply", "Power"):
            return None
        return node.op, node.left, (node.right,), node.in_place
    if isinstance(node, Unary):
        return "Minus", node.operand, (), False
    if not isinstance(node, Call):
        return None
    name = called_name(node)
    op = ARITHMETIC.get(name, "")
    if op not in _WORDS or node.keyword("dtype") is not None or node.keyword("out") is not None:
        return None
    if isinstance(node.func, Attr):
        values = evaluator.values(node.func, None)
        external = next((value.name for value in values if isinstance(value, External)), None)
        if external is None:
            return op, node.func.base, node.args, name.endswith("_")
        if not external.startswith(("numpy.", "torch.")) or not node.args:
            return None
        return op, node.args[0], node.args[1:], False
    return None


def _is_divided(operations: Operations, node: Node) -> bool:
    """`x * percent / 100`: what is scaled so is no mask."""
    return any(
        isinstance(taker, Binary) and taker.op in ("Divide", "FloorDivide") and taker.left is node
        for taker in operations.takers_of(node)
    )


def _is_product(node: Node) -> bool:
    return isinstance(node, Binary) and node.op == "Multiply"


def _is_composition(node: Node) -> bool:
    return isinstance(node, Binary) and node.op == "Add" and (_is_product(node.left) or _is_product(node.right))


def _is_long(evaluator: Evaluator, call: Call) -> bool:
    """Whether a call casts to an integer of 64 bits."""
    name = called_name(call)
    if name == "long":
        return True
    if name in ("to", "astype", "type") and call.args:
        return evaluator.dtypes.dtype_named(call.args[0], None) == "int64"
    return False
