"""What casts and constructors give: the dtype they name, or that of what they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.semantics import arithmetic
from torchlint.semantics.arithmetic import UNKNOWN, Dtype
from torchlint.semantics.knowledge import dtypes as known
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Call,
    Comprehension,
    Display,
    Free,
    Item,
    Loop,
    Node,
    Param,
    strip,
)
from torchlint.semantics.values import Constant, Container, External, Instance, Opaque

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Site
    from torchlint.semantics.values import Context

#: Element of a tuple or list (int, None for any of them), entry of a dict (str).
Path = tuple["int | str | None", ...]
Dtypes = tuple[Dtype, ...]


class CastDtypes:
    """The part of `DtypeFinder` that knows of casts and constructors."""

    evaluator: Evaluator

    def find(self, node: Node, context: Context | None, path: Path = ()) -> Dtypes:
        raise NotImplementedError

    def pairs(self, left: Node, right: Node, context: Context | None) -> list[tuple[Dtype, Dtype]]:
        raise NotImplementedError

    def _converted(
        self, base: Node, name: str, args: tuple[Node, ...], call: Call, context: Context | None, path: Path
    ) -> Dtypes:
        """`astype`, `to`, `type`, `type_as`."""
        given = [*args, *(value for key, value in call.keywords if key in ("dtype", "other"))]
        for node in given:
            named = self.dtype_named(node, context)
            if named is not None:
                return self._cast(base, context, named, "", call, path)
            if name in ("astype", "type") or _speaks_of_dtype(node):
                return (UNKNOWN,)
            others = {d.name for d in self.find(node, context) if d.is_array}
            if name == "type_as" or others:
                return self._cast(base, context, others.pop(), "", call, path) if len(others) == 1 else (UNKNOWN,)
        return self.find(base, context, path)

    def _cast(self, base: Node, context: Context | None, name: str, library: str, call: Call, path: Path) -> Dtypes:
        answers = []
        sources = self.elements(base, context) if library else self.find(base, context, path)
        for d in sources:
            low, high = d.low, d.high
            limits = known.LIMITS.get(name)
            if name == "bool":
                low, high = 0, 1
            elif limits is not None and low is not None and high is not None:
                inside = limits[0] <= low and high <= limits[1]
                low, high = (low, high) if inside else limits
            elif d.library == "PIL" or (name == "uint8" and self._is_scaled(base, context)):
                low, high = 0, 255
            changed = d.name != name
            site = self._site(call) if changed else d.origin
            how = f"cast to {name}" if changed else d.how
            if changed and d.how.startswith("positions"):
                how = f"cast to {name}: {d.how}"
            elif name == "int8" and d.low is None and self._holds_positions(base, context):
                how = "cast to int8: it may hold positions"
            home = library or (d.library if d.library in ("torch", "numpy") else "") or _home(call)
            answers.append(
                Dtype(name, home, low, high, site or self._site(call), how, d.quiet and not changed, d.single, d.when)
            )
        return tuple(answers)

    def _holds_positions(self, node: Node, context: Context | None) -> bool:
        """Whether a position in an array (`arange`, `argsort`, `nonzero`, ...) has a part in a value."""
        stack, seen = [node], set[int]()
        while stack and len(seen) < 300:
            current = stack.pop()
            if id(current) in seen:
                continue
            seen.add(id(current))
            name = current.func.name if isinstance(current, Call) and isinstance(current.func, Attr) else ""
            if name == "arange" or name in known.POSITIONS:
                return True
            if isinstance(current, (Display, Loop)):
                for value in self.evaluator.values(current, context):
                    if isinstance(value, Container) and value.keys is None:
                        stack += [item for item, _ in self.evaluator.grown(value)]
            stack += current.parts()
        return False

    def _is_scaled(self, node: Node, context: Context | None) -> bool:
        """Whether values were multiplied by 255 before they were cast: an image."""
        for _ in range(8):
            if isinstance(node, Binary):
                if node.op == "Multiply":
                    return any(self._number(side, context) == 255 for side in (node.left, node.right))
                if node.op not in ("Add", "Subtract"):
                    return False
                node = node.left
            elif isinstance(node, Call):
                if isinstance(node.func, Attr) and node.func.name in ("mul", "mul_", "multiply") and node.args:
                    return self._number(node.args[0], context) == 255
                external = any(isinstance(value, External) for value in self.evaluator.values(node.func, context))
                if external or not isinstance(node.func, Attr):
                    if not external or not node.args:
                        return False
                    node = node.args[0]
                else:
                    node = node.func.base
            elif isinstance(node, Item):
                node = node.base
            elif isinstance(node, Loop) and node.next is None:
                node = node.init
            else:
                return False
        return False

    def dtype_named(self, node: Node | None, context: Context | None) -> str | None:
        """The dtype that a value names (`torch.uint8`, `"uint8"`, `np.float32`, `x.dtype`), None if it names none."""
        if node is None:
            return None
        if isinstance(node, Attr) and node.name == "dtype":
            names = {d.name for d in self.find(node.base, context)}
            if len(names) == 1 and not names & {"?", "other", "none"}:
                return names.pop()
        found: set[str | None] = set()
        for value in self.evaluator.values(node, context):
            if isinstance(value, External):
                root = value.name.partition(".")[0]
                if root == "torch" and value.last in known.TORCH_DTYPES:
                    found.add(known.TORCH_DTYPES[value.last])
                else:
                    found.add(known.DTYPES.get(value.last) if root in ("torch", "numpy", "builtins") else None)
            elif isinstance(value, Constant) and isinstance(value.value, str):
                last = value.value.rpartition(".")[2].lstrip("<>|=")
                found.add(known.DTYPES.get(last) if last not in ("b", "d", "f", "i", "?") else None)
            else:
                found.add(None)
        return found.pop() if len(found) == 1 else None

    def _has_dtype(self, call: Call) -> bool:
        return call.keyword("dtype") is not None

    def _is_option(self, node: Node, context: Context | None) -> bool:
        """Whether a dtype is left to callers of whom none is seen: a parameter, or an attribute that holds one."""
        node = strip(node)
        if isinstance(node, Param):
            return self.evaluator.argument(node, context) is None
        return isinstance(node, Attr) and any(
            isinstance(param := strip(store.value), Param)
            and self.evaluator.argument(param, self.evaluator.method_frame(method, owner)) is None
            for owner in self.evaluator.values(node.base, context)
            if isinstance(owner, Instance) and owner.cls is not None
            for cls in self.evaluator.mro(owner.cls)
            for method in cls.methods.values()
            for store in method.stores
            if isinstance(store.target, Attr) and store.target.name == node.name
        )

    def _constructed(self, name: str, library: str, call: Call, context: Context | None) -> Dtype:
        """`zeros`, `full_like`, `arange`, `randint`, ..."""
        dtype = call.keyword("dtype")
        position = known.CONSTRUCTORS.get(name, -1)
        if dtype is None and library == "numpy" and 0 < position < len(call.args):
            dtype = call.args[position]
        if dtype is None and library == "numpy" and name in ("randint", "integers", "arange") and len(call.args) > 3:
            dtype = call.args[3]
        if name.endswith("_like") and dtype is None and call.args:
            like = self.find(call.args[0], context)
            named: str | None = like[0].name if len(like) == 1 and like[0].is_array else None
        elif dtype is not None and self._is_option(dtype, context):
            named = None
        elif dtype is not None and not self._is_none(dtype, context):
            named = self.dtype_named(dtype, context)
        else:
            default = "float32" if library == "torch" else "float64"
            named = "int64" if name in ("arange", "randint", "integers") else default
            if name in ("full", "new_full"):
                return UNKNOWN
        if named is None:
            return UNKNOWN
        low, high = self._values(name, call, context)
        limits = known.LIMITS.get(named)
        if limits is not None and low is not None and high is not None and (low < limits[0] or high > limits[1]):
            low, high = limits
        single = library == "torch" and name in ("zeros", "ones", "full", "empty") and self._one_element(call, context)
        how = f"{name}(dtype={named})"
        if name == "arange" and named in known.NARROW and high is None and any(_is_length(arg) for arg in call.args):
            how = f"cast to {named}: positions from arange()"
        return Dtype(named, library, low, high, self._site(call), how, single=single)

    def _values(self, name: str, call: Call, context: Context | None) -> tuple[float | None, float | None]:
        if name.endswith(("zeros", "zeros_like")):
            return 0, 0
        if name.endswith(("ones", "ones_like")) or name in ("eye", "identity"):
            return (1, 1) if "ones" in name else (0, 1)
        if name.startswith(("full", "new_full")):
            value = self._number(call.args[1] if len(call.args) > 1 else call.keyword("fill_value"), context)
            return value, value
        if name in ("randint", "integers", "arange"):
            bounds = [value for value in call.args[:2] if not isinstance(value, Display)]
            numbers = [self._number(value, context) for value in bounds]
            top = self._number(call.keyword("high"), context)
            if top is not None:
                numbers.append(top)
            if len(numbers) == 1 and numbers[0] is not None:
                return 0, numbers[0] - 1
            if len(numbers) == 2 and None not in numbers:
                least, most = numbers
                assert least is not None and most is not None
                return least, most - 1
        return None, None

    def _one_element(self, call: Call, context: Context | None) -> bool:
        """`torch.zeros(1)`, `torch.zeros([])`, `torch.zeros(())`."""
        if len(call.args) == 0:
            return False
        first = call.args[0]
        if isinstance(first, Display):
            return all(self.evaluator.constant(item, context) == 1 for item in first.items)
        return len(call.args) == 1 and self.evaluator.constant(first, context) == 1

    def elements(self, node: Node, context: Context | None, depth: int = 0) -> Dtypes:
        """What an array made of `node` holds: the elements of a list (of lists), or the array itself."""
        items: list[tuple[Node, Context | None]] = []
        for value in self.evaluator.values(node, context) if depth < 4 else ():
            if isinstance(value, Container) and value.keys is None:
                items += self.evaluator.grown(value)
            elif isinstance(value, Opaque) and isinstance(value.node, Comprehension):
                items.append((value.node.element, value.context))
        if not items:
            return self.find(node, context)
        found = [d for item in items[:32] for d in self.elements(*item, depth + 1)]
        if any(d == UNKNOWN or d.name == "?" for d in found):
            return (UNKNOWN,)
        merged: dict[tuple[str, str], Dtype] = {}
        for d in found:
            key = (d.name, d.library)
            before = merged.get(key, d)
            low, high = arithmetic.union((before.low, before.high), (d.low, d.high))
            merged[key] = before._replace(low=low, high=high)
        floats = [d for d in merged.values() if d.name in known.FLOATS]
        return tuple(floats) or tuple(merged.values())

    def _joined(self, nodes: tuple[Node, ...], context: Context | None, path: Path) -> Dtypes:
        """`stack`, `cat`, `where`: one dtype that all parts have room in."""
        found = [d for node in nodes for d in self.find(node, context, path)]
        names = {d.name for d in found}
        if len(names) == 1 and found:
            low, high = found[0].low, found[0].high
            for d in found[1:]:
                low, high = arithmetic.union((low, high), (d.low, d.high))
            arrays = [d for d in found if d.is_array]
            return (arrays[0]._replace(low=low, high=high),) if arrays else (UNKNOWN,)
        floats = [d for d in found if d.name in known.FLOATS]
        if floats:
            return (floats[0]._replace(low=None, high=None),)
        if not found or "?" in names:
            return (UNKNOWN,)
        arrays = [d for d in found if d.is_array]
        if len({d.name for d in arrays}) == 1 and all(d.library == "python" for d in found if d not in arrays):
            return tuple(arrays)
        return (UNKNOWN,)

    def _number(self, node: Node | None, context: Context | None) -> float | None:
        value = self.evaluator.constant(node, context)
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None

    def _is_none(self, node: Node, context: Context | None) -> bool:
        values = self.evaluator.values(node, context)
        return len(values) == 1 and isinstance(values[0], Constant) and values[0].value is None

    def _is_number(self, node: Node, context: Context | None) -> bool:
        """A plain number, or a list of one."""
        if isinstance(node, Display) and len(node.items) == 1:
            node = node.items[0]
        return isinstance(self.evaluator.constant(node, context), (int, float))

    def _site(self, call: Call) -> Site:
        return call.function.module.site(call)

    def _made(
        self, name: str, library: str, call: Call, how: str, values: tuple[float | None, float | None] = (None, None)
    ) -> Dtype:
        return Dtype(name, library, *values, self._site(call), how)


def _is_length(node: Node) -> bool:
    """`len(x)`, `x.size(0)`, `x.shape[0]`, `x.numel()`."""
    if isinstance(node, Item):
        return isinstance(node.base, Attr) and node.base.name == "shape"
    func = node.func if isinstance(node, Call) else None
    return isinstance(func, (Attr, Free)) and func.name in ("len", "size", "numel")


def _home(call: Call) -> str:
    """The library of an array of unknown make, by the method that casts it."""
    return "numpy" if isinstance(call.func, Attr) and call.func.name == "astype" else "torch"


def _speaks_of_dtype(node: Node) -> bool:
    return isinstance(node, (Attr, Param)) and "dtype" in node.name
