from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from torchlint.findings import Fix
from torchlint.rules._registration import ADDING, Registration, is_attribute, leads_to
from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.functions import Class, Function
from torchlint.semantics.layers import has_weights, is_module, is_module_class, is_parameter, is_self, own_frame
from torchlint.semantics.nodes import (
    Attr,
    Call,
    Choice,
    Comprehension,
    Const,
    Display,
    Free,
    Item,
    Join,
    Loop,
    Mapping,
    Node,
    Starred,
    Update,
    strip,
)
from torchlint.semantics.operations import called_name
from torchlint.semantics.traces import Store
from torchlint.semantics.usage import is_read
from torchlint.semantics.values import Instance, Opaque

if TYPE_CHECKING:
    from torchlint.semantics.module import Module, Site
    from torchlint.semantics.values import Context


class ModulesInContainer(StaticRule):
    """
    ## What it does
    Finds layers and parameters that a module keeps in a plain list, tuple or dict, and registers nowhere else.

    ## Why is this bad?
    A module only knows what is assigned to it directly or held by `nn.ModuleList`, `nn.ModuleDict`,
    `nn.ParameterList` and `nn.Sequential`. Layers in a plain list are not among `parameters()`: no optimizer trains
    them, `to(device)` does not move them, `eval()` does not reach them, and checkpoints lack them.

    ## Example
    ```python
    self.layers = [nn.Linear(width, width) for _ in range(depth)]
    ```

    ## Use instead
    ```python
    self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
    ```

    ## Fix safety
    The fix writes `nn.ModuleList`, `nn.ParameterList` or `nn.ModuleDict` around a container that can be handed to them.
    It is unsafe: the layers are trained and saved from then on, and a checkpoint that was made before lacks them.

    ## Known problems
    A single module in a list or tuple is a known way of hiding it on purpose, and is not reported. Neither are
    modules without weights, those that are frozen (`.eval()`, `requires_grad_(False)`), and those that are
    registered by other means: `add_module`, `setattr`, `nn.Sequential(*layers)`, an attribute of their own. A list that
    nobody reads is not reported.

    ## References
    - [torch.nn.ModuleList](https://pytorch.org/docs/stable/generated/torch.nn.ModuleList.html)
    - [pytorch/pytorch#59925](https://github.com/pytorch/pytorch/issues/59925)
    """

    code = "TLN601"
    name = "modules-in-container"
    triggers = (b"Module", b"Linear(", b"Conv", b"Embedding(", b"Parameter(")

    def check(self, module: Module) -> Iterator[Problem]:
        for cls in module.classes:
            yield from _Search(module, cls).problems()


class _Search:
    """The plain containers of one class."""

    def __init__(self, module: Module, cls: Class) -> None:
        self.module, self.cls, self.evaluator = module, cls, module.evaluator
        self.methods: list[Function] = []

    def problems(self) -> Iterator[Problem]:
        containers: dict[str, Store] = {}
        for method in self.cls.methods.values():
            for store in method.stores:
                target = store.target
                if isinstance(target, Attr) and is_self(target.base, method) and store.op == "=":
                    if self._is_plain(store.value):
                        containers.setdefault(target.name, store)
        # few classes have any, so that bases in other files are rarely looked for
        if not containers or not is_module_class(self.evaluator, self.cls):
            return
        self.methods = [method for owner in self.evaluator.mro(self.cls) for method in owner.methods.values()]
        registration = Registration(self.module, self.methods)
        if registration.cares_itself() or _does_nothing(self.cls):
            return
        for name, store in containers.items():
            held = self._held(name)
            if not held or registration.is_registered(name) or any(map(registration.is_own_attribute, held)):
                continue
            if is_read(self.cls, name):
                yield self._problem(name, store, held[0])

    def _held(self, name: str) -> list[Node]:
        """What learns in the container of an attribute; nothing if it may hold more than modules."""
        found = list(self._contents(name))
        held = [item[0] for item in found if item is not None and self._learns(*item)]
        layers = all(item is not None and (item[0] in held or self._is_layer(*item)) for item in found)
        return held if layers else []

    def _problem(self, name: str, store: Store, item: Node) -> Problem:
        written, node = store.value, strip(store.value)
        kind = "dict" if isinstance(node, Mapping) or "Dict" in getattr(node, "kind", "") else "list"
        parameters = any(is_parameter(value) for value in self.evaluator.values(item, None))
        things, holder = ("parameters", "Parameter") if parameters else ("modules", "Module")
        instead = f"nn.{holder}{'Dict' if kind == 'dict' else 'List'}"
        related: list[tuple[Site, str]] = []
        if not isinstance(node, (Comprehension,)) and item.n != node.n:
            related.append((self.module.site(item), "put in here"))
        return Problem(
            self.module.site(written),
            f"the {things} in `self.{name}` are not registered, because it is a plain {kind}: they are not among "
            "`parameters()`, so no optimizer trains them, `to()` does not move them and checkpoints lack them",
            f"make it an `{instead}`",
            tuple(related),
            partial(self._registered, name, store, instead.removeprefix("nn.")),
        )

    def _registered(self, name: str, store: Store, holder: str) -> Fix | None:
        """`nn.ModuleList([...])`, where what is written there, and put in later, suits it."""
        editor, node = self.module.editor, strip(store.value)
        statement, nn = editor.statement(store.target), editor.named("torch.nn")
        span = editor.assigned(statement) if statement is not None else None
        written = editor.span(store.value)
        if nn is None or span is None or written is None or span.start != written.start:
            return None
        if not _suits(node, holder) or self._is_too_early(store) or any(self._nested(name)):
            return None
        if isinstance(node, Display) and not node.items:
            edits = [editor.replace(span, f"{nn}.{holder}()")]
        else:
            edits = [
                editor.edit(span.start, span.start, f"{nn}.{holder}("),
                *editor.behind(span, ")"),
            ]
        return Fix(f"make it an `{nn}.{holder}`", tuple(edits))

    def _is_too_early(self, store: Store) -> bool:
        """Whether a module is assigned before `super().__init__()`, which Module does not allow."""
        for method in self.cls.methods.values():
            if method.name == "__init__" and store in method.stores:
                return not any(called_name(c) == "__init__" and c.n < store.target.n for c in method.calls)
        return False

    def _nested(self, name: str) -> Iterator[bool]:
        """For all that is put into a container, whether it is one itself."""
        for method in self.methods:
            for call in method.calls:
                func = call.func
                if isinstance(func, Attr) and func.name in ADDING and is_attribute(func.base, name, method):
                    yield func.name != "extend" and any(_is_container(given) for given in call.args)

    def _is_plain(self, node: Node) -> bool:
        node = strip(node)
        if isinstance(node, Loop):
            return self._is_plain(node.init)
        if isinstance(node, (Choice, Join)):
            return all(self._is_plain(part) for part in node.parts())
        if isinstance(node, Update):
            return self._is_plain(node.base)
        if isinstance(node, Call):
            return isinstance(node.func, Free) and node.func.name in ("list", "dict", "tuple") and not node.args
        return isinstance(node, (Display, Mapping, Comprehension))

    # -------------------------------------------------------------- contents

    def _contents(self, name: str) -> Iterator[tuple[Node, Context | None] | None]:
        """What the container of an attribute holds; None for what is not known."""
        for method in self.methods:
            frame = own_frame(self.evaluator, method)
            for store in method.stores:
                target = store.target
                if isinstance(target, Attr) and target.name == name and is_self(target.base, method):
                    if not self._is_plain(store.value) or store.op != "=":
                        yield None
                        continue
                    yield from self._written(store.value, method, frame, 0)
                elif isinstance(target, Item) and is_attribute(target.base, name, method):
                    yield from self._entry(store.value, method, frame, 0)
            for call in method.calls:
                func = call.func
                if isinstance(func, Attr) and func.name in ADDING and is_attribute(func.base, name, method):
                    yield from self._added(call, method, frame)

    def _added(
        self, call: Call, method: Function, frame: Context | None
    ) -> Iterator[tuple[Node, Context | None] | None]:
        assert isinstance(call.func, Attr)
        position = ADDING[call.func.name]
        if len(call.args) <= position:
            return
        given = call.args[position]
        if call.func.name == "extend":
            if self._is_plain(given):
                yield from self._written(given, method, frame, 0)
            else:
                yield None
        else:
            yield from self._entry(given, method, frame, 0)

    def _written(
        self, node: Node, method: Function, frame: Context | None, depth: int
    ) -> Iterator[tuple[Node, Context | None] | None]:
        node = strip(node)
        if depth > 5:
            yield None
        elif isinstance(node, Loop):
            yield from self._written(node.init, method, frame, depth + 1)
        elif isinstance(node, (Choice, Join)):
            for part in node.parts():
                yield from self._written(part, method, frame, depth + 1)
        elif isinstance(node, Update):
            yield from self._written(node.base, method, frame, depth + 1)
            yield from self._entry(node.value, method, frame, depth)
        elif isinstance(node, Comprehension):
            yield from self._entry(node.element, method, frame, depth)
        elif isinstance(node, (Display, Mapping)):
            parts = node.parts()
            if len(parts) == 1:
                yield None  # hidden on purpose
                return
            for part in parts:
                yield from self._entry(part, method, frame, depth)
            # a local list that is filled before, or after, it is assigned
            for call in method.calls:
                func = call.func
                if isinstance(func, Attr) and func.name in ADDING and leads_to(func.base, node):
                    yield from self._added(call, method, frame)

    def _entry(
        self, node: Node, method: Function, frame: Context | None, depth: int
    ) -> Iterator[tuple[Node, Context | None] | None]:
        inner = strip(node)
        if isinstance(inner, (Display, Comprehension, Mapping)) and depth < 3:
            yield from self._written(inner, method, frame, depth + 1)
        elif isinstance(inner, Starred):
            yield None
        else:
            yield node, frame

    def _is_layer(self, node: Node, frame: Context | None) -> bool:
        """Whether a node is a module made here, such as the activation behind a layer."""
        values = self.evaluator.values(node, frame) if _makes(node, 0) and not _is_frozen(node) else ()
        return bool(values) and all(is_module(self.evaluator, value) and _is_made(value) for value in values)

    def _learns(self, node: Node, frame: Context | None) -> bool:
        """Whether a node is a module or a parameter made here, with weights that are meant to be trained."""
        if _is_frozen(node) or not _makes(node, 0):
            return False
        values = self.evaluator.values(node, frame)
        return bool(values) and all(
            has_weights(self.evaluator, value) and (isinstance(value, Opaque) or _is_made(value)) for value in values
        )


def _does_nothing(cls: Class) -> bool:
    """Whether the forward of a class is left out: a demonstration of what is registered."""
    forward = cls.methods.get("forward")
    return forward is not None and not forward.calls and not forward.returns


def _makes(node: Node, depth: int) -> bool:
    """Whether a value comes from a call, and is not drawn from somewhere that may have registered it."""
    node = strip(node)
    if isinstance(node, (Choice, Join, Loop)):
        return depth < 5 and all(_makes(part, depth + 1) for part in node.parts())
    return isinstance(node, Call)


def _is_frozen(node: Node) -> bool:
    node = strip(node)
    while isinstance(node, Call) and isinstance(node.func, Attr):
        if node.func.name in ("eval", "requires_grad_"):
            return True
        node = strip(node.func.base)
    return False


def _is_made(value: object) -> bool:
    """Whether an object was created here, and is not merely of a class by its annotation."""
    return isinstance(value, Instance) and value.call is not None


def _is_container(node: Node) -> bool:
    return isinstance(strip(node), (Display, Comprehension, Mapping))


def _suits(node: Node, holder: str) -> bool:
    """Whether a container can be handed to `nn.ModuleList` or `nn.ModuleDict` as it is written."""
    if isinstance(node, Mapping):
        # names of modules are strings, and without a dot
        keys = [key.value if isinstance(key, Const) else None for key, _ in node.items]
        names = all(isinstance(key, str) and key and "." not in key for key in keys)
        return bool(keys) and names and not any(map(_is_container, node.parts()))
    if isinstance(node, Comprehension):
        return holder.endswith("List") and not _is_container(node.element)
    return isinstance(node, Display) and not any(map(_is_container, node.items))
