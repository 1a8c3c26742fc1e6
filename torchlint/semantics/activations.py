"""What stands last before a value: softmax, sigmoid, a logarithm, a linear layer, or something else.

The question walks back through the value graph: reshapes and copies keep the answer, calls of the project are
entered, tuples and dicts are taken apart element by element. Where branches disagree and the condition is not
known, the answer is not sure; where several *modules* may have made the value, each gives an answer of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from torchlint.semantics.heads import gives_logits, replaced_head
from torchlint.semantics.knowledge import activations as known
from torchlint.semantics.nodes import (
    Attr,
    Binary,
    Boolean,
    Call,
    Choice,
    Comprehension,
    Display,
    Element,
    Free,
    Guards,
    Item,
    Join,
    Loop,
    Mapping,
    Node,
    Param,
    Part,
    Slice,
    Starred,
    Unary,
    Update,
    strip,
)
from torchlint.semantics.operations import called_name
from torchlint.semantics.values import (
    Bound,
    ClassValue,
    Container,
    Context,
    External,
    FunctionValue,
    Instance,
    Opaque,
    Value,
)

if TYPE_CHECKING:
    from torchlint.semantics.evaluate import Evaluator
    from torchlint.semantics.module import Site

#: Element of a tuple (int), entry of a dict or attribute of an output object (str).
Path = tuple["int | str", ...]


@dataclass(frozen=True)
class Activation:
    """The last operation that gave a value its meaning, and where it is applied.

    `maker` is the module whose forward ends in it, if it came out of one. `layer` is where the layer object was
    created, under the conditions `guards`. `sure` is False where another branch, whose condition is not known, does
    something else.
    """

    kind: str
    site: Site | None = None
    maker: Instance | None = None
    layer: Site | None = None
    guards: Guards = ()
    sure: bool = True


UNKNOWN = Activation(known.OTHER)
Activations = tuple[Activation, ...]


class ActivationFinder:
    """Answers `activations(node, context)`; one per evaluator."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self._memo: dict[tuple[int, Context | None, Path], Activations] = {}
        self._active: set[tuple[int, Context | None, Path]] = set()

    def forget(self) -> None:
        self._memo.clear()

    def find(self, node: Node, context: Context | None, path: Path = ()) -> Activations:
        """What stands last before element `path` of `node`; empty where a definition is circular."""
        key = (id(node), context, path)
        found = self._memo.get(key)
        if found is not None:
            return found
        if key in self._active:
            return ()
        if len(self._active) > 120 or len(path) > 6:
            return (UNKNOWN,)
        self._active.add(key)
        try:
            result = tuple(dict.fromkeys(self._find(node, context, path)))
        finally:
            self._active.discard(key)
        self._memo[key] = result
        return result

    def _find(self, node: Node, context: Context | None, path: Path) -> Activations:
        if isinstance(node, Loop):
            if node.next is None:
                return self.find(node.init, context, path)
            if not path and isinstance(node.next, Update) and _is_blank(node.init):
                return self.find(node.next, context, path)  # a tensor that is filled row by row
            return self._either([(node.init, context), (node.next, context)], path)
        if isinstance(node, Choice):
            known_truth = self.evaluator.truth(node.cond, context)
            if known_truth is None:
                return self._either([(node.yes, context), (node.no, context)], path)
            return self.find(node.yes if known_truth else node.no, context, path)
        if isinstance(node, Join):
            for option in node.options:
                layers = self._layers_in_turn(option, context)
                if layers and isinstance(option, Call):
                    return self._last_of(layers, option, context, path)
            filled = not path and any(isinstance(option, Update) for option in node.options)
            options = [o for o in node.options if isinstance(o, Update) or not (filled and _is_blank(o))]
            return self._either([(option, context) for option in options], path)
        if isinstance(node, Boolean):
            return self._either([(node.left, context), (node.right, context)], path)
        if isinstance(node, Part):
            return self.find(node.base, context, (node.index, *path))
        if isinstance(node, Item):
            return self._item(node, context, path)
        if isinstance(node, Update):
            key = self.evaluator.constant(node.key, context)
            if path and key == path[0]:
                return self.find(node.value, context, path[1:])
            if not path and _is_blank(node.base):
                return self.find(node.value, context, path)
            return self.find(node.base, context, path)
        if isinstance(node, (Display, Mapping)):
            return self._contained(node, context, path)
        if isinstance(node, Call):
            return self._call(node, context, path)
        if isinstance(node, Binary):
            return self._binary(node, context, path)
        if isinstance(node, Attr):
            return self._attr(node, context, path)
        if isinstance(node, Element):
            return self._drawn(node, context, path)
        if isinstance(node, (Param, Free)):
            return self._resolved(node, context, path)
        if isinstance(node, Comprehension):
            return self.find(node.element, context, path[1:] if path else path)
        return (UNKNOWN,)

    def _layers_in_turn(self, call: Node, context: Context | None) -> list[Bound] | None:
        """The layers of `for layer in self.layers: x = layer(x)`, None for any other value."""
        if not isinstance(call, Call) or not call.args:
            return None
        given = call.args[0]
        layer: Node | None = strip(call.func)
        if not isinstance(given, Loop) or given.next is not call:
            return None
        if isinstance(layer, Loop):
            layer = layer.next
        if not isinstance(layer, Element):
            return None
        for value in self.evaluator.values(layer.base, context):
            if isinstance(value, Instance):
                return self.evaluator.children(value)
            if isinstance(value, Container) and value.keys is None and value.exact:
                return self.evaluator.grown(value)
        return None

    def _either(self, options: list[tuple[Node, Context | None]], path: Path) -> Activations:
        """One of several values, it is not known which: sure only if they agree."""
        answers = [answer for answer in (self.find(*option, path) for option in options) if answer]
        families = {_family(activation.kind) for answer in answers for activation in answer}
        merged = [activation for answer in answers for activation in answer]
        if len(families) > 1:
            merged = [replace(activation, sure=False) for activation in merged]
        return tuple(merged)

    def _drawn(self, node: Element, context: Context | None, path: Path) -> Activations:
        """What a loop draws: from several outputs, one after the other, `for out, y in zip(net(x), ys)`, or the rows of
        a tensor, which keep its meaning.
        """
        source = strip(node.base)
        index = path[0] if path else None
        if isinstance(source, Call) and isinstance(source.func, Free) and isinstance(index, int):
            if source.func.name == "zip" and -len(source.args) <= index < len(source.args):
                return self._one_of(source.args[index], context, path[1:])
            if source.func.name == "enumerate" and source.args and index in (1, -1):
                return self._one_of(source.args[0], context, path[1:])
        found = self._resolved(node, context, path)
        return found if any(item.kind != known.OTHER for item in found) else self._one_of(source, context, path)

    def _one_of(self, source: Node, context: Context | None, path: Path) -> Activations:
        """One of the outputs that a sequence holds, or a row of a tensor."""
        items = self._collected(source, context)
        if items:
            return self._either(items, path)
        found = self.find(source, context, (0, *path))
        return found if any(item.kind != known.OTHER for item in found) else self.find(source, context, path)

    def _resolved(self, node: Node, context: Context | None, path: Path) -> Activations:
        """A name: what it is bound to."""
        if isinstance(node, Param):
            bound = self.evaluator.argument(node, context)
            if bound is not None:
                return self.find(*bound, path)
            return (UNKNOWN,)
        options: list[tuple[Node, Context | None]] = []
        for value in self.evaluator.values(node, context):
            if isinstance(node, Element) and isinstance(value, Opaque) and value.node is node:
                options.append((node.base, context))  # the rows of a tensor keep its meaning
            elif (isinstance(value, Opaque) and value.node is not node) or isinstance(value, Container):
                options.append((value.node, value.context))
            else:
                return (UNKNOWN,)
        return self._either(options, path) if options else (UNKNOWN,)

    def _item(self, node: Item, context: Context | None, path: Path) -> Activations:
        key = self.evaluator.constant(node.index, context)
        if isinstance(key, (int, str)) and not isinstance(key, bool):
            return self.find(node.base, context, (key, *path))
        if isinstance(node.index, (Slice, Display)):
            return self.find(node.base, context, path)
        found = self.evaluator.values(node, context)
        if any(isinstance(value, Opaque) and value.node is node for value in found):
            # an element of a tensor by a mask or a running index keeps its meaning
            return self.find(node.base, context, path)
        return self._resolved(node, context, path)

    def _contained(self, node: Display | Mapping, context: Context | None, path: Path) -> Activations:
        if not path:
            return (UNKNOWN,)
        if isinstance(node, Display):
            index = path[0]
            if any(isinstance(item, Starred) for item in node.items) or not isinstance(index, int):
                return (UNKNOWN,)
            if -len(node.items) <= index < len(node.items):
                return self.find(node.items[index], context, path[1:])
            return (UNKNOWN,)
        for key, value in node.items:
            if key is not None and self.evaluator.constant(key, context) == path[0]:
                return self.find(value, context, path[1:])
        return (UNKNOWN,)

    def _attr(self, node: Attr, context: Context | None, path: Path) -> Activations:
        if node.name in ("T", "mT", "data", "H"):
            return self.find(node.base, context, path)
        for base in self.evaluator.values(node.base, context):
            if isinstance(base, Opaque):
                # an attribute of what a model returned (`output.logits`)
                return self.find(node.base, context, (node.name, *path))
        return self._resolved(node, context, path)

    def _binary(self, node: Binary, context: Context | None, path: Path) -> Activations:
        """`probabilities + 1e-8` still are probabilities; other arithmetic changes the meaning."""
        if node.op in ("Add", "Subtract"):
            for value, other in ((node.left, node.right), (node.right, node.left)):
                constant = self.evaluator.constant(other, context)
                if isinstance(constant, float) and abs(constant) < 1e-3:
                    return self.find(value, context, path)
        return (UNKNOWN,)

    # ----------------------------------------------------------------- calls

    def _call(self, call: Call, context: Context | None, path: Path) -> Activations:
        results: list[Activation] = []
        for callee in self.evaluator.callees(call, context):
            results += self.applied(callee, call, context, path)
        if len({_family(item.kind) for item in results if item.maker is None}) > 1:
            # an activation that is chosen before, perhaps with the loss that belongs to it
            results = [replace(item, sure=item.sure and item.maker is not None) for item in results]
        return tuple(results) or (UNKNOWN,)

    def applied(self, callee: Value, call: Call, context: Context | None, path: Path) -> Activations:
        """What stands last before the result of `call` if it calls `callee`."""
        if isinstance(callee, External):
            return self._operation(callee.last, call.args[0] if call.args else None, call, context, path)
        head = replaced_head(callee, self.evaluator) if path in ((), (0,)) else None
        if head is not None:
            return self._last_of([head], call, context, ())
        if not path and gives_logits(callee, call, self.evaluator):
            return (Activation(known.LINEAR, call.function.module.site(call)),)
        if isinstance(callee, Instance) and callee.cls is None:
            return self._layer(callee, call, context, path)
        if isinstance(callee, ClassValue):
            value = call.keyword(str(path[0])) if path else None
            return self.find(value, context, path[1:]) if value is not None else (UNKNOWN,)
        if isinstance(callee, FunctionValue) and callee.self_value is not None and callee.self_value.cls is None:
            return (UNKNOWN,)
        if isinstance(callee, Instance) and self.evaluator.is_sequential(callee):
            layers = self.evaluator.children(callee) or []
            found = self._last_of(layers, call, context, path)
            return tuple(replace(item, maker=item.maker or callee) for item in found)
        frame = self.evaluator.entered(callee, call, context)
        if frame is not None:
            found = self.returned(frame, path)
            if isinstance(callee, Instance):
                return tuple(replace(item, maker=item.maker or callee) for item in found)
            return found
        if isinstance(callee, Instance):
            return (UNKNOWN,)
        if isinstance(call.func, Attr):
            if call.func.name == "forward":
                for base in self.evaluator.values(call.func.base, context):
                    if isinstance(base, Instance):
                        return self.applied(base, call, context, path)
            return self._operation(call.func.name, call.func.base, call, context, path)
        return (UNKNOWN,)

    def returned(self, frame: Context, path: Path = ()) -> Activations:
        options = [
            (item.value, frame)
            for item in frame.function.returns
            if not item.yielded and self.evaluator.feasible(item.guards, frame) and not _evaluation_only(item.guards)
        ]
        return self._either([*options], path) if options else (UNKNOWN,)

    def _operation(
        self, name: str, operand: Node | None, call: Call, context: Context | None, path: Path
    ) -> Activations:
        """A torch function or a tensor method."""
        operand = operand if operand is not None else call.keyword("input")
        kind = known.FUNCTIONS.get(name)
        if kind is not None:
            return (Activation(kind, call.function.module.site(call)),)
        if operand is None:
            return (UNKNOWN,)
        if name in known.KEEPING:
            if name in ("cat", "stack", "chunk", "split"):
                path = path[1:] if name in ("chunk", "split") else path
                items = self._collected(operand, context) if name in ("cat", "stack") else []
                if items:
                    return self._either(items, path)
            return self.find(operand, context, path)
        if name in ("log", "log_", "log2", "log10"):
            return (Activation(known.LOG, call.function.module.site(call)),)
        if name in ("exp", "exp_"):
            inner = self.find(operand, context, path)
            if inner and all(item.kind == known.LOG for item in inner):
                return (Activation(known.SOFTMAX, call.function.module.site(call)),)
        if name == "get" and call.args:
            key = self.evaluator.constant(call.args[0], context)
            if isinstance(key, str):
                return self.find(call.func.base, context, (key, *path)) if isinstance(call.func, Attr) else (UNKNOWN,)
        if name == "dict" and path:
            value = call.keyword(str(path[0]))
            if value is not None:
                return self.find(value, context, path[1:])
        return (UNKNOWN,)

    def _collected(self, operand: Node, context: Context | None) -> list[Bound]:
        """The tensors in a list: those that it is written with, and those that are appended."""
        if isinstance(operand, Display) and operand.items:
            return [(item, context) for item in operand.items]
        return [
            item
            for value in self.evaluator.values(operand, context)
            if isinstance(value, Container) and value.keys is None
            for item in self.evaluator.grown(value)
        ]

    def _layer(self, layer: Instance, call: Call, context: Context | None, path: Path) -> Activations:
        """A layer of torch.nn, applied."""
        name = layer.last
        kind = known.LAYERS.get(name)
        created = layer.call.function.module.site(layer.call) if layer.call is not None else None
        if kind is not None:
            guards = layer.call.guards if layer.call is not None else ()
            return (Activation(kind, call.function.module.site(call), None, created, guards),)
        if name in known.KEEPING_LAYERS and call.args:
            return self.find(call.args[0], context, path)
        if name in ("Sequential", "ModuleList"):
            return self._last_of(self.evaluator.children(layer) or [], call, context, path)
        return (UNKNOWN,)

    def _last_of(self, layers: list[Bound], call: Call, context: Context | None, path: Path) -> Activations:
        """What layers that run one after the other end in. Optional layers leave a choice."""
        answers: list[Activation] = []
        seen: set[tuple[Node, bool]] = set()
        for child in reversed(layers):
            values = self.evaluator.values(*child)
            if values and all(
                isinstance(v, Instance) and v.cls is None and v.last in known.KEEPING_LAYERS for v in values
            ):
                continue
            for value in values:
                answers += self._as_last(value, call, context, path)
            conditions = self.evaluator.containers.optional.get((id(child[0]), child[1]), ())
            if not conditions or any((cond, not wanted) in seen for cond, wanted in conditions[:1]):
                break
            seen.update(conditions[:1] if len(conditions) == 1 else ())
        if len({_family(answer.kind) for answer in answers}) > 1:
            answers = [replace(answer, sure=False) for answer in answers]
        return tuple(answers) or (UNKNOWN,)

    def _as_last(self, layer: Value, call: Call, context: Context | None, path: Path) -> Activations:
        """What a layer gives that runs last, in a row that `call` runs."""
        if not isinstance(layer, Instance):
            return (UNKNOWN,)
        kind = known.LAYERS.get(layer.last) if layer.cls is None else None
        if kind is not None and layer.call is not None:
            # inside a Sequential the layer is applied where it stands in the list
            site = layer.call.function.module.site(layer.call)
            return (Activation(kind, site, None, site),)
        return self.applied(layer, call, context, path)


def _family(kind: str) -> str:
    return "probabilities" if kind in known.PROBABILITIES else kind


def _is_blank(node: Node) -> bool:
    """Whether a tensor was made without values, perhaps filled in part: `torch.zeros(steps, batch, words)`."""
    node = strip(node)
    for _ in range(8):
        if isinstance(node, Loop):
            node = strip(node.init)
        elif isinstance(node, Update):
            node = strip(node.base)
        elif isinstance(node, Call) and isinstance(node.func, Attr) and node.func.name in known.KEEPING:
            node = strip(node.func.base)
        else:
            break
    return isinstance(node, Call) and called_name(node) in known.BLANK


def _evaluation_only(guards: tuple[tuple[Node, bool], ...]) -> bool:
    """Whether a path is only taken when `self.training` is False: no training loss sees it."""
    for cond, wanted in guards:
        negated = False
        while isinstance(cond, Unary) and cond.op == "Not":
            cond, negated = cond.operand, not negated
        if isinstance(cond, Attr) and cond.name == "training" and wanted is negated:
            return True
    return False
