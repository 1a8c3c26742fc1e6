"""Rows and columns: tensors of one number per sample, (N) or (N, 1), as far as source shows which they are.

`columns.py` tells that two tensors differ; here each is judged on its own: by its sizes where they are known, by how it
was selected (`q.gather(1, a)` is a column, `q.max(1)[0]` a row), and by the data that it comes from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torchlint.semantics.columns import Columns
from torchlint.semantics.functions import Function
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Call,
    Compare,
    Const,
    Display,
    Element,
    Item,
    Node,
    Param,
    Part,
    Slice,
    Update,
    strip,
)
from torchlint.semantics.values import External, Instance, Opaque

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.values import Context

ROW, COLUMN, UNKNOWN = "row", "column", ""

#: Steps on top of each other.
_DEPTH = 24

_FLAT = frozenset({"flatten", "ravel"})
_BEST = frozenset({"max", "min"})
_REDUCED = frozenset({"amax", "amin", "argmax", "argmin"})
_ARRAYS = frozenset({"numpy.array", "numpy.asarray"})
_TENSORS = frozenset({"Tensor", "FloatTensor", "DoubleTensor", "LongTensor"})


class Rows:
    """The tensors of one function in one context."""

    def __init__(self, evaluator: Evaluator, function: Function, context: Context | None) -> None:
        self.evaluator, self.function, self.context = evaluator, function, context
        self.columns = Columns(evaluator, function, context)

    def form(self, node: Node, depth: int = 0) -> str:
        """Whether a tensor is a row or a column."""
        node = strip(node)
        if depth > _DEPTH:
            return UNKNOWN
        deeper = depth + 1
        if isinstance(node, Update):
            return self.form(node.base, deeper)
        if isinstance(node, Compare):
            return self.form(node.left, deeper) if self._is_number(node.right) else UNKNOWN
        if isinstance(node, Binary) and node.op != "MatrixMultiply":
            forms = {self.form(part, deeper) for part in (node.left, node.right) if not self._is_number(part)}
            if ROW in forms:
                return ROW  # (N), or (N, N) if the other is a column
            return COLUMN if forms == {COLUMN} else UNKNOWN
        if isinstance(node, Param):
            bound = self.evaluator.argument(node, self.context)
            if bound is not None and bound[1] is not self.context:
                frame = bound[1]
                owner = frame.function if frame is not None else node.function.module.top
                return Rows(self.evaluator, owner, frame).form(bound[0], deeper)
            return UNKNOWN
        found = self._drawn(node, deeper)
        if not found and isinstance(node, Call):
            found = self._called(node, deeper)
        if not found and isinstance(node, (Item, Attr, Part)):
            found = self._selected(node, deeper)
        if not found and self._is_column_of_a_table(node):
            found = ROW
        return found or self._by_sizes(node)

    def _is_number(self, node: Node) -> bool:
        return isinstance(self.evaluator.constant(node, self.context), (int, float))

    def _by_sizes(self, node: Node) -> str:
        shapes = self.evaluator.shapes
        shape = shapes.shape(node, self.context)
        if shape.hole is None:
            if len(shape.front) == 1 and shape.front[0]:
                return ROW
            return COLUMN if len(shape.front) == 2 and shape.front[0] and not shape.front[1] else UNKNOWN
        return COLUMN if shape.back and not shape.back[-1] else UNKNOWN

    # ----------------------------------------------------------------- calls

    def _called(self, call: Call, depth: int) -> str:
        name, operand, args = self.columns.operation(call)
        if operand is None:
            return self._array(call, depth)
        dim = self._dim(call, args)
        if name in ("view", "reshape"):
            sizes = args[0].items if len(args) == 1 and isinstance(args[0], Display) else args
            if len(sizes) == 1:
                return ROW if self.evaluator.constant(sizes[0], self.context) == -1 else UNKNOWN
            last = self.evaluator.constant(sizes[1], self.context) if len(sizes) == 2 else None
            return COLUMN if last == 1 else UNKNOWN
        if name in _FLAT:
            return UNKNOWN if args or call.keywords else ROW
        if name == "unsqueeze":
            return COLUMN if dim == -1 or (dim == 1 and self.form(operand, depth) == ROW) else UNKNOWN
        if name == "squeeze":
            whole = not args and not call.keywords
            return ROW if (whole or dim in (1, -1)) and self.form(operand, depth) == COLUMN else UNKNOWN
        if name == "gather":
            return COLUMN if dim == 1 else UNKNOWN
        if name in _REDUCED and dim in (1, -1):
            return self._reduced(call, args, operand, depth)
        if name in _TENSORS and not args:
            return self.form(operand, depth)  # `torch.FloatTensor(array)`
        step = self.columns.step(call)
        return self.form(step[0], depth) if step is not None and not step[1] else UNKNOWN

    def _array(self, call: Call, depth: int) -> str:
        """`np.array(table["count"], dtype=float)`."""
        names = [value.name for value in self.evaluator.values(call.func, self.context) if isinstance(value, External)]
        return self.form(call.args[0], depth) if call.args and set(names) & _ARRAYS else UNKNOWN

    def _is_column_of_a_table(self, node: Node) -> bool:
        """`table["count"]`, of what pandas read from a file."""
        if not isinstance(node, Item) or not isinstance(self.evaluator.constant(node.index, self.context), str):
            return False
        tables = self.evaluator.values(node.base, self.context)
        read = [table.node for table in tables if isinstance(table, Opaque) and isinstance(table.node, Call)]
        makers = [maker for call in read for maker in self.evaluator.values(call.func, self.context)]
        return bool(makers) and all(isinstance(m, External) and m.name.startswith("pandas.read_") for m in makers)

    def _dim(self, call: Call, args: tuple[Node, ...]) -> object:
        given = args[0] if args else call.keyword("dim")
        return self.evaluator.constant(given, self.context) if given is not None else None

    def _reduced(self, call: Call, args: tuple[Node, ...], operand: Node, depth: int) -> str:
        """A reduction over the second dimension."""
        keep = args[1] if len(args) > 1 else call.keyword("keepdim")
        if keep is None or self.evaluator.constant(keep, self.context) is False:
            return ROW if self._is_table(operand) else UNKNOWN
        return COLUMN if self.evaluator.constant(keep, self.context) is True else UNKNOWN

    def _is_table(self, node: Node) -> bool:
        """Whether a tensor has two dimensions: what a network gives, of which one number per sample is chosen."""
        rank = self.evaluator.shapes.shape(node, self.context).rank
        if rank is not None:
            return rank == 2
        for _ in range(8):
            node = strip(node)
            step = self.columns.step(node) if isinstance(node, Call) else None
            if step is None or step[1]:
                break
            node = step[0]
        return isinstance(node, Call) and len(node.args) == 1

    # ------------------------------------------------------------- selections

    def _selected(self, node: Item | Attr | Part, depth: int) -> str:
        base = strip(node.base)
        first = getattr(node, "index", None)
        first = first.value if isinstance(first, Const) else first
        if isinstance(base, Call) and (first == 0 or (isinstance(node, Attr) and node.name == "values")):
            name, operand, args = self.columns.operation(base)
            if name in _BEST and operand is not None and self._dim(base, args) in (1, -1):
                return self._reduced(base, args, operand, depth)
        if isinstance(node, Attr):
            if node.name == "values" and isinstance(base, Item) and isinstance(base.index, Const):
                return ROW if isinstance(base.index.value, str) else UNKNOWN  # a column of a table of pandas
            return self.form(base, depth) if node.name in ("data", "grad") else UNKNOWN
        if isinstance(node, Item) and isinstance(node.index, Slice):
            return self.form(base, depth)  # some of the samples
        if isinstance(node, Item) and isinstance(node.index, Display) and len(node.index.items) == 2:
            return COLUMN if self._is_one_wide(node.index.items[1]) else UNKNOWN
        return UNKNOWN

    def _is_one_wide(self, part: Node) -> bool:
        """`[:, k : k + 1]`, `[:, [k]]` and `[:, None]`."""
        if isinstance(part, Const):
            return part.value is None
        if isinstance(part, Display):
            return len(part.items) == 1
        if not isinstance(part, Slice) or part.lower is None or part.upper is None or part.step is not None:
            return False
        shapes = self.evaluator.shapes
        lower, upper = shapes.size(part.lower, self.context), shapes.size(part.upper, self.context)
        if lower.constant is not None and upper.constant is not None:
            return upper.number - lower.number == 1
        after = strip(part.upper)
        return (
            isinstance(after, Binary)
            and after.op == "Add"
            and self.evaluator.constant(after.right, self.context) == 1
            and shapes.size(after.left, self.context) == lower
        )

    # ------------------------------------------------------------------ data

    def _drawn(self, node: Node, depth: int) -> str:
        """Part of what a loader draws from a TensorDataset, or of a split."""
        if not isinstance(node, Part) or node.starred or node.index < 0:
            return UNKNOWN
        base = strip(node.base)
        if isinstance(base, Part) and base.index == 1:
            base = strip(base.base)  # enumerate(loader)
        if isinstance(base, Call):
            names = [v.last for v in self.evaluator.values(base.func, self.context) if isinstance(v, External)]
            if names == ["train_test_split"] and node.index // 2 < len(base.args):
                return self.form(base.args[node.index // 2], depth)
            return UNKNOWN
        if not isinstance(base, Element):
            return UNKNOWN
        source = strip(base.base)
        if isinstance(source, Call) and getattr(source.func, "name", "") in ("enumerate", "tqdm") and source.args:
            source = source.args[0]
        forms = {self._of_loader(value, node.index, depth) for value in self.evaluator.values(source, self.context)}
        return forms.pop() if len(forms) == 1 else UNKNOWN

    def _of_loader(self, loader: object, index: int, depth: int) -> str:
        if not isinstance(loader, Instance) or loader.last != "DataLoader" or loader.call is None:
            return UNKNOWN
        given = loader.call.args[0] if loader.call.args else loader.call.keyword("dataset")
        for data in self.evaluator.values(given, loader.context) if given is not None else ():
            if isinstance(data, Instance) and data.last == "TensorDataset" and data.call is not None:
                if index < len(data.call.args):
                    return Rows(self.evaluator, data.call.function, data.context).form(data.call.args[index], depth)
        return UNKNOWN
