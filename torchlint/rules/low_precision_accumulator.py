from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules._positions import narrow_positions
from torchlint.rules._votes import added_conditions
from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.arithmetic import Dtype
from torchlint.semantics.dtype_signs import may_hold_bytes
from torchlint.semantics.knowledge.dtypes import HALF, LIMITS, NARROW
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Call,
    Const,
    Display,
    Item,
    Node,
    Param,
    Slice,
    Starred,
    Unary,
    strip,
)
from torchlint.semantics.operations import before_loop, called_name
from torchlint.semantics.reach import carries
from torchlint.semantics.traces import InPlace, LoopStep, Store, Trace, blocks
from torchlint.semantics.values import External

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.functions import Function
    from torchlint.semantics.module import Module, Site

#: Reductions that keep a dtype that they are asked for. Who asks for a product in uint8 multiplies conditions, to know
#: whether all of them hold.
_SUMS = ("sum", "nansum", "cumsum")

#: Methods that add into their object, however often the same place is hit.
_ADDING = ("index_add_", "index_add", "scatter_add_", "scatter_add", "cumsum_", "cumprod_")

_PRODUCTS = ("matmul", "mm", "bmm", "dot", "inner", "tensordot", "mv", "einsum")

_CASTS = ("byte", "char", "to", "type", "astype", "cpu", "cuda", "type_as")

_KINDS = {"torch": "tensor", "numpy": "array"}


class LowPrecisionAccumulator(StaticRule):
    """
    ## What it does
    Finds sums and counters in a dtype that is too small for them: `sum(dtype=torch.uint8)`, Python's `sum()` over a
    uint8 tensor, `+=`, `cumsum_`, `index_add_`, `scatter_add_` or a matrix product in uint8, conditions that are
    counted with `+` (bool + bool is a logical or), counters in float16 or bfloat16, and positions kept in int8 or
    uint8.

    ## Why is this bad?
    A counter in uint8 starts again at 0 after 255, one in bool stops at True, one in float16 stops growing at 2048
    and one in bfloat16 at 256. Accuracies and metrics come out wrong, and nothing is raised.

    ## Example
    ```python
    fired = (scores > threshold).to(torch.uint8)
    total = sum(fired)                 # adds uint8 numbers one by one
    ```

    ## Use instead
    ```python
    fired = (scores > threshold).to(torch.uint8)
    total = fired.sum()                # torch adds up in int64
    ```

    ## Known problems
    Plain `.sum()`, `.cumsum()` and `.prod()` of uint8 or bool tensors are int64 in torch and NumPy, and are right.
    A `+` of conditions that is used as a mask is not reported, and neither is a count of how often each place of an
    image or volume was covered (`seen[top:bottom, left:right] += 1`, or `seen[i] += 1` beside `total[i] += patch`). A
    product that is asked for in uint8 is one of conditions, which tells whether all hold.

    ## References
    - [torch.sum](https://pytorch.org/docs/stable/generated/torch.sum.html)
    - [torch: type promotion](https://pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc)
    """

    code = "TLN501"
    name = "low-precision-accumulator"
    guarded = True
    needs_torch = False
    triggers = (
        b"uint8",
        b"int8",
        b"byte()",
        b"char()",
        b"ByteTensor",
        b"bool",
        b"float16",
        b".half()",
        b") + (",
    )

    def check(self, module: Module) -> Iterator[Problem]:
        near = bool(may_hold_bytes(module))
        halves = any(sign in module.source.data for sign in (b"float16", b".half()", b"bfloat16"))
        yield from added_conditions(module)
        if near:
            yield from self._calls(module)
            yield from narrow_positions(module)
        if near or halves:
            for function in module.functions:
                yield from self._accumulators(module, function)

    # ---------------------------------------------------------------- calls

    def _calls(self, module: Module) -> Iterator[Problem]:
        finder = module.evaluator.dtypes
        for name in _SUMS:
            for call in dict.fromkeys(module.calls_by_name.get(name, ())):
                dtype = finder.dtype_named(call.keyword("dtype"), None)
                if dtype in NARROW and not _packs(call):
                    yield _wrapping(
                        module, call, f"`{name}` is asked for a result in {dtype}", "leave `dtype=` out", ()
                    )
                elif name == "sum" and not isinstance(call.func, Attr):
                    yield from self._builtin_sum(module, call)
                yield from self._out(module, call)
        for name in ("add", "matmul", "mm"):
            for call in dict.fromkeys(module.calls_by_name.get(name, ())):
                yield from self._out(module, call)
        for name in _ADDING:
            for call in dict.fromkeys(module.calls_by_name.get(name, ())):
                if isinstance(call.func, Attr):
                    found = _narrow(module.evaluator, call.function, call.func.base)
                    if found is not None:
                        yield _wrapping(
                            module,
                            call,
                            f"`{name}` adds up in {found.name}",
                            "make the tensor that is added to int64, or float32",
                            _origin(found),
                        )
        for name in _PRODUCTS:
            for call in dict.fromkeys(module.calls_by_name.get(name, ())):
                yield from self._product(module, call, _factors(module.evaluator, call))
        for function in module.functions:
            for node in module.evaluator.dtypes.operations(function).found:
                if isinstance(node, Binary) and node.op == "MatrixMultiply":
                    yield from self._product(module, node, (node.left, node.right), function)

    def _builtin_sum(self, module: Module, call: Call) -> Iterator[Problem]:
        evaluator = module.evaluator
        called = {value.name for value in evaluator.values(call.func, None) if isinstance(value, External)}
        if called != {"builtins.sum"} or not call.args:
            return
        inner = call.args[0]
        nested = isinstance(inner, Call) and called_name(inner) == "sum" and not isinstance(inner.func, Attr)
        if nested:
            return  # the inner one is reported
        found = _narrow(evaluator, call.function, inner)
        twice = any(
            called_name(outer) == "sum" for outer in evaluator.dtypes.operations(call.function).taking_calls(call)
        )
        # the rows of an image are added in uint8; NumPy warns of sums of numbers
        if found is not None and (found.library == "torch" or twice):
            text = module.text(call.args[0]) or "..."
            yield _wrapping(
                module,
                call,
                f"Python's `sum()` adds the elements of a {found.name} {_KINDS[found.library]} in {found.name}",
                f"use `{text}.sum()`, which adds up in int64" if text.isidentifier() else "use the method `.sum()`",
                _origin(found),
            )

    def _out(self, module: Module, call: Call) -> Iterator[Problem]:
        out = call.keyword("out")
        found = _narrow(module.evaluator, call.function, out) if out is not None else None
        if found is not None:
            yield _wrapping(
                module,
                call,
                f"the result is written into a {found.name} array by `out=`",
                "make the array that `out=` names int64, or leave it out",
                _origin(found),
            )

    def _product(
        self, module: Module, node: Call | Binary, factors: tuple[Node, ...], function: Function | None = None
    ) -> Iterator[Problem]:
        if len(factors) != 2:
            return
        function = node.function if isinstance(node, Call) else function
        assert function is not None
        pair = [_narrow(module.evaluator, function, factor) for factor in factors]
        if all(found is not None and found.name == "uint8" for found in pair):
            yield _wrapping(
                module,
                node,
                "this matrix product of uint8 arrays adds up in uint8",
                "convert the factors first: `.long()` or `.float()`, `.astype(np.int64)` in NumPy",
                tuple(site for found in pair if found is not None for site in _origin(found)),
            )

    # ---------------------------------------------------------- accumulators

    def _accumulators(self, module: Module, function: Function) -> Iterator[Problem]:
        """`count += 1` and the like, in a loop."""
        # a method that counts in an attribute is called again and again
        again = function.is_method and function.name != "__init__"
        for step, rounds in _repeated(function.trace, 1):
            node = _increment(step)
            if node is None or node.op != "Add" or (rounds is not None and 1 < rounds <= 255):
                continue
            if isinstance(step, Store) and (_is_region(step.target) or _counts_visits(step, function)):
                continue
            if _is_flag(step):
                continue
            if rounds != 1 or (again and isinstance(step, Store) and _of_self(step.target)):
                yield from self._accumulator(module, function, node)
        for operation in module.evaluator.dtypes.operations(function).found:
            if isinstance(operation, Binary) and operation.op == "Add" and carries(operation):
                yield from self._accumulator(module, function, operation)

    def _accumulator(self, module: Module, function: Function, node: Binary) -> Iterator[Problem]:
        evaluator = module.evaluator
        finder = evaluator.dtypes
        for context in evaluator.dtypes.frames(function, node.left):
            found = finder.find(before_loop(node.left), context)
            if not found or any(not d.is_array for d in found):
                continue
            held = found[0]
            added = finder.find(node.right, context)
            counting = (bool(added) and all(_is_count(d) for d in added)) or _is_cast_count(node.right)
            if all(d.name in NARROW for d in found) and counting and _starts_at_zero(held):
                limit = LIMITS[held.name][1] + 1
                yield Problem(
                    module.site(node),
                    f"this counter is {held.name} and wraps: after {limit - 1} comes "
                    f"{'0' if held.name == 'uint8' else '-128'}, without a warning",
                    "start the counter as int64 (`dtype=torch.long`), or float32",
                    _origin(held),
                )
                return
            if all(d.name in HALF for d in found) and (all(d.single for d in found) or counting):
                if not _starts_at_zero(held):
                    continue
                stop = 2048 if held.name == "float16" else 256
                yield Problem(
                    module.site(node),
                    f"this sum is kept in {held.name}: from {stop} on, adding 1 changes nothing, "
                    "and smaller terms are lost long before",
                    "add up in float32 (`dtype=torch.float32`) or in a Python number (`.item()`)",
                    _origin(held),
                )
                return


def _wrapping(module: Module, node: Node, what: str, instead: str, related: tuple[tuple[Site, str], ...]) -> Problem:
    return Problem(
        module.site(node),
        f"{what}, and wraps when it gets too big: 200 + 100 is 44 in uint8, without a warning",
        instead,
        related,
    )


def _origin(d: Dtype) -> tuple[tuple[Site, str], ...]:
    return ((d.origin, f"{d.name} since here: {d.how}"),) if d.origin is not None else ()


def _narrow(evaluator: Evaluator, function: Function, node: Node) -> Dtype | None:
    """The narrow dtype that an array has in one of the frames of a function, None if it is not known to be one."""
    for context in evaluator.dtypes.frames(function, node):
        found = evaluator.dtypes.find(node, context)
        if found and all(d.is_array for d in found):
            narrow = all(d.name in NARROW for d in found)
            if narrow or context is None:
                return found[0] if narrow else None
    return None


def _factors(evaluator: Evaluator, call: Call) -> tuple[Node, ...]:
    """The two factors of a matrix product that is written as a call."""
    if not isinstance(call.func, Attr):
        return call.args[:2]
    if any(isinstance(value, External) for value in evaluator.values(call.func, None)):
        return call.args[1:3] if called_name(call) == "einsum" else call.args[:2]
    return (call.func.base, *call.args[:1])


def _packs(call: Call) -> bool:
    """Whether bits are put together: `(bits << torch.arange(8)).sum(-1, dtype=torch.uint8)`."""
    return any(isinstance(node := strip(operand), Binary) and node.op == "LeftShift" for operand in _operands(call))


def _operands(call: Call) -> list[Node]:
    """What a call may reduce: its first argument, and what it is a method of."""
    return [*call.args[:1], *([call.func.base] if isinstance(call.func, Attr) else [])]


def _counts_visits(step: Store, function: Function) -> bool:
    """Whether what is counted is how often something was added at a place: `total[i] += patch` and `seen[i] += 1`."""
    target = step.target
    return isinstance(target, Item) and any(
        isinstance(other.target, Item)
        and other.op == "Add"
        and other.target.base is not target.base
        and strip(other.target.index) is strip(target.index)
        for other in function.stores
    )


def _is_flag(step: InPlace | Store) -> bool:
    """Whether an attribute is only counted up while it is 0: `if not self.initialized: self.initialized += 1`."""
    if not isinstance(step, Store) or not isinstance(step.target, Attr):
        return False
    for cond, wanted in step.guards:
        asked = strip(cond)
        while isinstance(asked, Unary) and asked.op == "Not":
            asked, wanted = strip(asked.operand), not wanted
        if isinstance(asked, Attr) and asked.name == step.target.name and not wanted:
            return True
    return False


def _is_count(d: Dtype) -> bool:
    """What a counter is increased by: a small whole number, a condition, or a count."""
    if d.library == "python" and d.name == "int":
        return True
    return d.is_mask or d.name in ("bool", "int64", "int32", "int16")


def _is_cast_count(node: Node) -> bool:
    """Whether a count was cast to the type of the counter: `correct += (a == b).sum().byte()`."""
    while isinstance(node, Call) and isinstance(node.func, Attr) and called_name(node) in _CASTS:
        node = node.func.base
    return isinstance(node, Call) and isinstance(node.func, Attr) and called_name(node) in ("sum", "count_nonzero")


def _starts_at_zero(d: Dtype) -> bool:
    return d.how.startswith(("zeros", "new_zeros", "empty", "full", "cast")) and (d.low, d.high) in (
        (0, 0),
        (None, None),
    )


def _repeated(trace: Trace, rounds: int | None) -> Iterator[tuple[InPlace | Store, int | None]]:
    """The assignments of a function, with how often they run, None if that is not known."""
    for step in trace:
        if isinstance(step, LoopStep):
            count = _rounds(step.source) if step.kind == "for" else None
            yield from _repeated(step.body, None if count is None or rounds is None else count * rounds)
            yield from _repeated(step.orelse, rounds)
        else:
            for block in blocks(step):
                yield from _repeated(block, rounds)
            if isinstance(step, (InPlace, Store)):
                yield step, rounds


def _rounds(source: Node) -> int | None:
    """The rounds of `for _ in range(10)`, or of a loop over a list that is written out, perhaps as a default."""
    if isinstance(source, Param) and source.default is not None:
        source = source.default
    if isinstance(source, Display) and not any(isinstance(item, Starred) for item in source.items):
        return len(source.items)
    if isinstance(source, Call) and called_name(source) == "range" and len(source.args) == 1:
        count = source.args[0]
        if isinstance(count, Const) and isinstance(count.value, int):
            return count.value
    return None


def _increment(step: InPlace | Store) -> Binary | None:
    """The arithmetic of `x += y`."""
    value = step.node if isinstance(step, InPlace) else step.value
    return value if isinstance(value, Binary) and value.in_place else None


def _is_region(target: Node) -> bool:
    """Whether a part of an array is written to, `seen[top:bottom, left:right]`: few places overlap 255 times."""
    if not isinstance(target, Item):
        return False
    index = target.index
    return any(isinstance(part, Slice) for part in (index.items if isinstance(index, Display) else (index,)))


def _of_self(target: Node) -> bool:
    """Whether an attribute of the object is written to, or an element of it."""
    while isinstance(target, Item):
        target = target.base
    return isinstance(target, Attr) and isinstance(target.base, Param) and target.base.index == 0
