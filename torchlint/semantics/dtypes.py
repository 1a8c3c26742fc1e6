"""What an array holds: its dtype, the values that it can have, and what made it so.

The question walks back through the value graph: views, copies and transposes keep the dtype, casts set it,
arithmetic joins two, calls of the project are entered, tuples, lists and dicts are taken apart. What is not known
is `UNKNOWN`, and a value that is not known for certain is no ground for a finding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.semantics import arithmetic
from torchlint.semantics.arithmetic import NONE, UNKNOWN, Dtype
from torchlint.semantics.dtype_calls import CallDtypes
from torchlint.semantics.dtype_casts import Dtypes, Path
from torchlint.semantics.dtype_signs import documented_bytes, may_be_given_bytes
from torchlint.semantics.knowledge import dtypes as known
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Boolean,
    Call,
    Choice,
    Compare,
    Comprehension,
    Const,
    Display,
    Element,
    Entered,
    Free,
    Item,
    Join,
    Loop,
    Mapping,
    Node,
    Param,
    Part,
    Slice,
    Unary,
    Update,
    strip,
)
from torchlint.semantics.operations import Operations, called_name, depends_on_param
from torchlint.semantics.values import Constant, Container, Context, External, Instance, Opaque, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.functions import Class, Function

#: More possible values than this are too many to be told apart.
MAX_ANSWERS = 10


class DtypeFinder(CallDtypes):
    """Answers `find(node, context)`; one per evaluator."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self._memo: dict[tuple[int, Context | None, Path], Dtypes] = {}
        self._active: set[tuple[int, Context | None, Path]] = set()
        self._held: list[Node] = []
        self._operations: dict[int, Operations] = {}
        self._byte_callers: dict[int, bool] = {}
        self._buffers: dict[int, dict[object, tuple[Node, Function]]] = {}

    def forget(self) -> None:
        self._memo.clear()
        self._held.clear()
        self._operations.clear()
        self._byte_callers.clear()
        self._buffers.clear()

    def operations(self, function: Function) -> Operations:
        """The arithmetic of a function; two rules ask for it."""
        found = self._operations.get(id(function))
        if found is None:
            found = self._operations[id(function)] = Operations(function)
        return found

    def frames(self, function: Function, node: Node, anyhow: bool = False) -> Iterator[Context | None]:
        """Where a value is judged: in the function on its own, then, if it hangs on parameters, as it is called.

        Callers are only looked for where they may give bytes, unless the caller of this method says `anyhow`.
        """
        yield None
        if function.parent is None or function.is_class_body or (function.is_method and function.name == "forward"):
            return
        if depends_on_param(node) and (anyhow or self._is_called_with_bytes(function)):
            yield from self.evaluator.callers.contexts(function)

    def _is_called_with_bytes(self, function: Function) -> bool:
        found = self._byte_callers.get(id(function))
        if found is None:
            found = self._byte_callers[id(function)] = may_be_given_bytes(function)
        return found

    def find(self, node: Node, context: Context | None, path: Path = ()) -> Dtypes:
        """What element `path` of `node` can be; empty where a definition is circular."""
        key = (id(node), context, path)
        found = self._memo.get(key)
        if found is not None:
            return found
        if key in self._active:
            return ()
        if len(self._active) > 100 or len(path) > 6:
            return (UNKNOWN,)
        self._active.add(key)
        try:
            result = _distinct(self._find(node, context, path))
        finally:
            self._active.discard(key)
        self._memo[key] = result
        self._held.append(node)
        return result

    def _find(self, node: Node, context: Context | None, path: Path) -> Dtypes:
        if isinstance(node, Const):
            return (_constant(node.value),)
        if isinstance(node, Call):
            return self.called(node, context, path)
        if isinstance(node, Binary):
            return self._binary(node, context)
        if isinstance(node, Attr):
            return self._attr(node, context, path)
        if isinstance(node, Param):
            return self._param(node, context, path)
        if isinstance(node, Item):
            return self._item(node, context, path)
        if isinstance(node, Loop):
            if node.next is None:
                return self.find(node.init, context, path)
            return (*self.find(node.init, context, path), *self.find(node.next, context, path))
        if isinstance(node, Choice):
            return self._choice(node, context, path)
        if isinstance(node, Join):
            return tuple(answer for option in node.options for answer in self.find(option, context, path))
        if isinstance(node, (Free, Entered)):
            return self._named(node, context, path)
        if isinstance(node, Part):
            return self.find(node.base, context, (node.index, *path))
        if isinstance(node, Element):
            return self.find(node.base, context, (None, *path))
        if isinstance(node, Compare):
            return self._compare(node, context)
        if isinstance(node, Unary):
            return self._unary(node, context)
        if isinstance(node, Boolean):
            return (*self.find(node.left, context, path), *self.find(node.right, context, path))
        if isinstance(node, Update):
            return self._update(node, context, path)
        if isinstance(node, (Display, Mapping)):
            return self._written(node, context, path)
        if isinstance(node, Comprehension):
            return self.find(node.element, context, path[1:]) if path else (UNKNOWN,)
        return (UNKNOWN,)

    # -------------------------------------------------------------- branches

    def _choice(self, node: Choice, context: Context | None, path: Path) -> Dtypes:
        truth = self.truth(node.cond, context)
        if truth is not None:
            return self.find(node.yes if truth else node.no, context, path)
        yes, no = self.find(node.yes, context, path), self.find(node.no, context, path)
        names = {d.name for d in yes}
        if names != {d.name for d in no} and self._asks_for_values(node):
            # which branch is taken hangs on what the array holds; who takes names of files reads the files
            return yes if no == (UNKNOWN,) and self._asks_for_name(node.cond, context) else (UNKNOWN,)
        key = (id(node.cond), id(context))
        return (
            *(d._replace(when=(*d.when, (*key, True))) for d in yes),
            *(d._replace(when=(*d.when, (*key, False))) for d in no),
        )

    # ----------------------------------------------------------------- names

    def _named(self, node: Node, context: Context | None, path: Path) -> Dtypes:
        if isinstance(node, Entered):
            return self.find(node.base, context, path)
        return self.of_values(self.evaluator.values(node, context), node, path)

    def of_values(self, values: tuple[Value, ...], node: Node, path: Path) -> Dtypes:
        """What a name is, given the values that the evaluator knows of it."""
        answers: list[Dtype] = []
        for value in values:
            if isinstance(value, Constant):
                answers.append(_constant(value.value))
            elif isinstance(value, Opaque) and value.node is not node:
                answers += self.find(value.node, value.context, path)
            elif isinstance(value, Container):
                answers += self.contained(value, path)
            elif isinstance(value, Instance) and value.call is not None and value.cls is None:
                answers += self.external(value.name, value.call, value.context, path)
            else:
                answers.append(UNKNOWN)
        return tuple(answers) or (UNKNOWN,)

    def contained(self, container: Container, path: Path) -> Dtypes:
        if not path:
            return (UNKNOWN,)
        index = path[0]
        if container.keys is not None:
            if isinstance(index, str):
                entry = container.keys.get(index)
                return self.find(*entry, path[1:]) if entry is not None else (UNKNOWN,)
            entries = list(container.keys.values())
        else:
            entries = self.evaluator.grown(container)
            if isinstance(index, int) and container.exact and -len(entries) <= index < len(entries):
                return self.find(*entries[index], path[1:])
            if isinstance(index, str) or not container.exact:
                return (UNKNOWN,)
        return tuple(d for entry in entries for d in self.find(*entry, path[1:])) or (UNKNOWN,)

    def _param(self, param: Param, context: Context | None, path: Path) -> Dtypes:
        bound = self.evaluator.argument(param, context)
        answers: Dtypes = (UNKNOWN,)
        if bound is not None:
            answers = self.find(*bound, path)
        elif param.index == 0 and param.function.is_method:
            return (UNKNOWN,)
        elif isinstance(param.default, Const) and type(param.default.value) in (int, float, bool):
            answers = (_constant(param.default.value),)
        elif param.annotation is not None:
            answers = (self._annotated(param),)
        if not path and param.function.doc and all(d in (UNKNOWN, NONE) for d in answers):
            documented = documented_bytes(param)
            if documented is not None:
                return (documented,)
        return answers

    def _annotated(self, param: Param) -> Dtype:
        assert param.annotation is not None
        names = {value.name for value in self.evaluator.values(param.annotation, None) if isinstance(value, External)}
        if names == {"builtins.float"}:
            return Dtype("float64", "python")
        if names == {"builtins.int"}:
            return Dtype("int64", "python")
        return UNKNOWN

    # ------------------------------------------------------------ containers

    def _item(self, node: Item, context: Context | None, path: Path) -> Dtypes:
        index = node.index
        if isinstance(index, Slice):
            return self.find(node.base, context, (None, *path[1:]) if path else ())
        if isinstance(index, Display):
            return self.find(node.base, context, path)
        key = self.evaluator.constant(index, context)
        if isinstance(key, (int, str)) and not isinstance(key, bool):
            return self.find(node.base, context, (key, *path))
        if key is None and not isinstance(index, Const):
            answers = self.find(node.base, context, (None, *path))
            if self._is_mask(index, context):
                return tuple(d._replace(quiet=True) for d in answers)
            return answers
        return self.find(node.base, context, path)

    def _is_mask(self, index: Node, context: Context | None) -> bool:
        """Whether only the elements are taken for which a condition holds."""
        if isinstance(index, (Compare, Boolean)):
            return True
        return any(d.name == "bool" for d in self.find(index, context))

    def _update(self, node: Update, context: Context | None, path: Path) -> Dtypes:
        answers: list[Dtype] = []
        key = self.evaluator.constant(node.key, context)
        for base in self.find(node.base, context, path):
            if base.is_array:
                kept = self._kept(base, node, context)
                for value in self.find(node.value, context):
                    low, high = arithmetic.union(kept, (value.low, value.high))
                    answers.append(base._replace(low=low, high=high))
            elif path and key is not None and key == path[0]:
                answers += self.find(node.value, context, path[1:])
            elif path and path[0] is None:
                answers += (base, *self.find(node.value, context, path[1:]))
            else:
                answers.append(base)
        return tuple(answers)

    def _kept(self, base: Dtype, node: Update, context: Context | None) -> arithmetic.Range:
        """The values that stay in an array: not those above the limit after `x[x > limit] = limit`."""
        key = strip(node.key)
        if not isinstance(key, Compare) or strip(key.left) is not strip(node.base):
            return base.low, base.high
        limits = [limit for limit in self.find(key.right, context) if limit.low is not None and limit.low == limit.high]
        limit = limits[0].low if len(limits) == 1 else None
        if limit is not None and key.op.startswith("GreaterThan") and base.high is not None:
            return base.low, min(base.high, limit)
        if limit is not None and key.op.startswith("LessThan") and base.low is not None:
            return max(base.low, limit), base.high
        return base.low, base.high

    def _written(self, node: Display | Mapping, context: Context | None, path: Path) -> Dtypes:
        if not path:
            return (Dtype("other", "python"),)
        for value in self.evaluator.values(node, context):
            if isinstance(value, Container):
                return self.contained(value, path)
        return (UNKNOWN,)

    # ------------------------------------------------------------ attributes

    def _attr(self, node: Attr, context: Context | None, path: Path) -> Dtypes:
        name = node.name
        if name in ("T", "mT", "H", "mH", "real", "values"):
            found = self.find(node.base, context, (0, *path) if name == "values" else path)
            if any(d.is_array for d in found):
                return found
        if name in ("shape", "size", "ndim", "nbytes", "itemsize", "height", "width", "numel"):
            return (Dtype("int64", "python"),)
        if name == "indices":
            return (Dtype("int64", "torch"),)
        bases = self.evaluator.values(node.base, context)
        for base in bases:
            if isinstance(base, Instance) and base.cls is None:
                library = known.BYTE_DATASETS.get(base.last)
                if library is not None and name in ("data", "train_data", "test_data") and base.call is not None:
                    site = base.call.function.module.site(base.call)
                    return (Dtype("uint8", library, 0, 255, site, f"the images of {base.last} are bytes"),)
            if isinstance(base, Instance) and base.cls is not None:
                buffer = self._buffer(base, name)
                if buffer is not None:
                    return self.find(*buffer, path)
        if name == "data":
            return self.find(node.base, context, path)
        return self.of_values(self.evaluator.values(node, context), node, path)

    def _buffer(self, instance: Instance, name: str) -> tuple[Node, Context | None] | None:
        """What `register_buffer(name, ...)` of torch or `add_state(name, ...)` of torchmetrics put there."""
        assert instance.cls is not None
        for owner in self.evaluator.mro(instance.cls):
            buffers = self._buffers.get(id(owner))
            if buffers is None:
                buffers = self._buffers[id(owner)] = _registered(owner)
            if name in buffers:
                given, method = buffers[name]
                return given, self.evaluator.method_frame(method, instance)
        return None

    # ------------------------------------------------------------ operations

    def _binary(self, node: Binary, context: Context | None) -> Dtypes:
        return tuple(
            arithmetic.result(node.op, left, right, node.in_place)
            for left, right in self.pairs(node.left, node.right, context)
        ) or (UNKNOWN,)

    def pairs(self, left: Node, right: Node, context: Context | None) -> list[tuple[Dtype, Dtype]]:
        """The dtypes that two operands can have at the same time."""
        found = []
        for a in self.find(left, context):
            for b in self.find(right, context) if left is not right else (a,):
                if a.name != "none" and b.name != "none" and a.also(b):
                    found.append((a, b))
        return found

    def _compare(self, node: Compare, context: Context | None) -> Dtypes:
        if node.op in ("In", "NotIn", "Is", "IsNot"):
            return (Dtype("bool", "python", 0, 1),)
        libraries = [
            d.library for side in (node.left, node.right) for d in self.find(side, context) if d.library != "python"
        ]
        library = next((name for name in libraries if name), "")
        return (Dtype("bool", library, 0, 1) if library else Dtype("?", "", 0, 1),)

    def _unary(self, node: Unary, context: Context | None) -> Dtypes:
        if node.op == "Not":
            return (Dtype("bool", "python", 0, 1),)
        if node.op == "Minus":
            zero = Dtype("int", "python", 0, 0)
            return tuple(arithmetic.result("Subtract", zero, d, False) for d in self.find(node.operand, context))
        if node.op == "BitInvert":
            limits = {"bool": (0, 1), "uint8": (0, 255)}
            return tuple(
                d._replace(low=limits.get(d.name, (None, None))[0], high=limits.get(d.name, (None, None))[1])
                for d in self.find(node.operand, context)
            )
        return self.find(node.operand, context)


def _registered(cls: Class) -> dict[object, tuple[Node, Function]]:
    """What a class registers by name, and the method that does it."""
    found: dict[object, tuple[Node, Function]] = {}
    for method in cls.methods.values():
        for call in method.calls:
            if called_name(call) not in ("register_buffer", "add_state") or not call.args:
                continue
            given = call.args[1] if len(call.args) > 1 else call.keyword("default") or call.keyword("tensor")
            if given is not None and isinstance(call.args[0], Const):
                found[call.args[0].value] = given, method
    return found


def _constant(value: object) -> Dtype:
    if isinstance(value, bool):
        return Dtype("bool", "python", int(value), int(value))
    if isinstance(value, int):
        return Dtype("int", "python", value, value)
    if isinstance(value, float):
        return Dtype("float64", "python", value, value)
    return NONE if value is None else Dtype("other", "python")


def _distinct(answers: Dtypes) -> Dtypes:
    """The answers without those that differ only in where they come from."""
    unique: dict[tuple[object, ...], Dtype] = {}
    for answer in answers:
        unique.setdefault((*answer[:4], *answer[6:]), answer)
    if len(unique) > MAX_ANSWERS:
        for answer in answers:
            unique.setdefault(answer[:4], answer._replace(when=()))
        merged = {key: answer for key, answer in unique.items() if not answer.when}
        return tuple(merged.values()) if 0 < len(merged) <= MAX_ANSWERS else (UNKNOWN,)
    return tuple(unique.values())
