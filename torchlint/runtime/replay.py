"""Calling a model again, to see where its numbers went wrong.

The forward pass is repeated with the same inputs, the same random numbers and the same autocast, on copies of the
buffers, while a function mode looks at the result of each operation. If all of them are finite, the gradients are
computed once more, and a hook on each node of the graph tells which one turned finite gradients into others.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from torchlint.runtime.graph import kind
from torchlint.runtime.models import Call, Root
from torchlint.runtime.operations import tensors_in
from torchlint.runtime.userline import user_line

#: operations that write the numbers they are given: an infinity there was meant, as in attention masks
_FILLS = frozenset(
    "masked_fill masked_fill_ full full_like fill_ new_full where zeros_like ones_like empty empty_like tensor "  # noqa: SIM905
    "as_tensor scalar_tensor __setitem__ index_fill index_fill_ fill_diagonal_ triu tril".split()
)


@dataclass(slots=True)
class Origin:
    """The first operation whose result is not finite although it could have been."""

    module: str
    #: class of the module
    kind: str
    operation: str
    line: str | None
    #: "nan", "inf" or "-inf"
    what: str
    backward: bool
    evidence: Mapping[str, Any]


@dataclass(slots=True)
class _Record:
    operation: str
    module: str
    kind: str
    line: str | None
    inputs: list[torch.Tensor]
    outputs: list[torch.Tensor]


@dataclass(slots=True)
class _Trace:
    """What a replay saw. Records keep their tensors, so that identities stay their own."""

    #: operations with a result that is not finite, in order
    bad: list[_Record] = field(default_factory=list)
    #: node of the graph -> what made it; nodes are kept too
    nodes: dict[Any, tuple[str, str, str, str | None]] = field(default_factory=dict)
    outputs: Any = None


class _Modules:
    """Which module is running, by hooks that live as long as the replay."""

    def __init__(self, root: Root) -> None:
        self.stack: list[tuple[str, str]] = [(root.path(""), type(root.inner).__name__)]
        self._handles: list[Any] = []
        for name, module in root.inner.named_modules():
            if name:
                place = (root.path(name), type(module).__name__)
                self._handles += [
                    module.register_forward_pre_hook(self._enter(place)),
                    module.register_forward_hook(self._leave, always_call=True),
                ]

    def _enter(self, place: tuple[str, str]) -> Callable[..., None]:
        def hook(module: nn.Module, args: Any) -> None:
            self.stack.append(place)

        return hook

    def _leave(self, module: nn.Module, args: Any, result: Any) -> None:
        self.stack.pop()

    def close(self) -> None:
        for handle in self._handles:
            handle.remove()


class _Inspector(TorchFunctionMode):
    """Looks at the result of each operation."""

    def __init__(self, trace: _Trace, modules: _Modules) -> None:
        super().__init__()
        self._trace = trace
        self._modules = modules

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        outputs = [tensor for tensor in tensors_in(result) if tensor.is_floating_point()]
        path, kind = self._modules.stack[-1]
        name = getattr(func, "__name__", str(func))
        for output in outputs:
            if output.grad_fn is not None:
                self._name_nodes(output.grad_fn, (path, kind, name, None))
        if any(not is_finite(output) for output in outputs):
            inputs = [tensor for tensor in tensors_in((args, kwargs)) if tensor.is_floating_point()]
            self._trace.bad.append(_Record(name, path, kind, user_line(), inputs, outputs))
        return result

    def _name_nodes(self, node: Any, what: tuple[str, str, str, str | None]) -> None:
        """One call may make several nodes: all that nobody has named yet are its own."""
        stack = [node]
        while stack:
            node = stack.pop()
            if node is None or node in self._trace.nodes or hasattr(node, "variable"):
                continue
            if not self._trace.nodes.get(node):
                line = user_line()
                self._trace.nodes[node] = (*what[:3], line)
            stack += [child for child, _ in node.next_functions]


def is_finite(tensor: torch.Tensor) -> bool:
    values = tensor.detach()
    # for the formats of one byte, torch can do little
    return bool(torch.isfinite(values.float() if values.itemsize == 1 else values).all())


def describe(tensor: torch.Tensor) -> str:
    """Shape, dtype, how many numbers are not finite, and the range of the others."""
    values = tensor.detach()
    finite = values[torch.isfinite(values)]
    finite = finite.abs() if finite.is_complex() else finite
    numbers = [f"{int(values.isnan().sum())} NaN", f"{int(values.isinf().sum())} Inf"]
    extent = f"{float(finite.min()):.4g} to {float(finite.max()):.4g}" if finite.numel() else "none finite"
    kind = str(values.dtype).removeprefix("torch.")
    return f"{kind}{list(values.shape)}, {', '.join(numbers)} of {values.numel()}, range {extent}"


@contextlib.contextmanager
def _as_it_was(call: Call, root: Root) -> Iterator[None]:
    """Random state, where it was kept, and autocast of the call; afterwards the random state of now is back."""
    cuda = [device for device in root.devices if device.type == "cuda"]
    with contextlib.ExitStack() as stack:
        stack.enter_context(torch.random.fork_rng(cuda))
        for device, state in zip((None, *cuda), call.random_states):
            if device is None:
                torch.set_rng_state(state)
            else:
                torch.cuda.set_rng_state(state, device)
        for kind, enabled, dtype in call.autocast:
            stack.enter_context(torch.autocast(kind, dtype, enabled, cache_enabled=False))
        stance = getattr(torch.compiler, "set_stance", None)
        if stance is not None:
            stack.enter_context(stance("force_eager"))
        yield


def _call_again(root: Root, call: Call, buffers: dict[str, torch.Tensor]) -> Any:
    return torch.func.functional_call(root.inner, buffers, call.args, dict(call.kwargs))


def _copied_buffers(root: Root) -> dict[str, torch.Tensor]:
    """They change in place during a forward pass: BatchNorm's statistics must not be counted twice."""
    return {name: buffer.clone() for name, buffer in root.inner.named_buffers()}


def _run(root: Root, call: Call) -> _Trace:
    trace = _Trace()
    buffers = _copied_buffers(root)
    modules = _Modules(root)
    try:
        with _as_it_was(call, root), torch.enable_grad(), _Inspector(trace, modules):
            trace.outputs = _call_again(root, call, buffers)
    finally:
        modules.close()
    return trace


def last_kind(root: Root, call: Call) -> str | None:
    """The kind of the last node in the graph of a model's output, where it has a single one."""
    with _as_it_was(call, root), torch.enable_grad():
        result = _call_again(root, call, _copied_buffers(root))
    outputs = [tensor for tensor in tensors_in(_as_container(result)) if tensor.requires_grad]
    if len(outputs) != 1:
        return None
    found = kind(outputs[0].grad_fn)
    return found if found in ("Softmax", "Sigmoid") else None


def find_origin(root: Root, call: Call) -> Origin | None:
    """Where numbers first went wrong in a call of a model; None where the replay is finite.

    Raises whatever the model raises.
    """
    trace = _run(root, call)
    return _forward_origin(trace) or _backward_origin(trace)


# -------------------------------------------------------------------- forward


def _forward_origin(trace: _Trace) -> Origin | None:
    """NaN counts before +inf, and +inf before -inf, which masks are full of. Then back to what made the numbers so.

    Where the model's outputs are finite, whatever is not finite inside was masked away again, as it was meant.
    """
    if all(is_finite(output) for output in _float_outputs(trace)):
        return None
    producers: dict[int, _Record] = {}
    for record in trace.bad:
        for output in record.outputs:
            # the first one: later ones have changed it in place
            producers.setdefault(id(output), record)
    for what in ("nan", "inf", "-inf"):
        for record in trace.bad:
            if record.operation not in _FILLS and any(_has(output, what) for output in record.outputs):
                return _as_origin(_trace_back(record, producers))
    return None


def _trace_back(record: _Record, producers: Mapping[int, _Record]) -> _Record:
    """The operation that made the infinity which this one stumbled on; itself, where a mask was filled on purpose."""
    seen: set[int] = set()
    origin = record
    while True:
        seen.add(id(record))
        if record.operation not in _FILLS:
            origin = record
        sources = [producers.get(id(value)) for value in record.inputs if not is_finite(value)]
        earlier = [source for source in sources if source is not None and id(source) not in seen]
        # through a filled mask only to what was not finite before it was filled
        unmeant = [
            source for source in earlier if source.operation not in _FILLS or not all(map(is_finite, source.inputs))
        ]
        if not unmeant:
            return origin
        record = unmeant[0]


def _has(tensor: torch.Tensor, what: str) -> bool:
    values = tensor.detach()
    if what == "nan":
        return bool(values.isnan().any())
    return bool((values == float(what)).any())


def _as_origin(record: _Record) -> Origin:
    output = next(output for output in record.outputs if not is_finite(output))
    what = next(what for what in ("nan", "inf", "-inf") if _has(output, what))
    evidence: dict[str, Any] = {"operation": record.operation, "result": describe(output)}
    if record.inputs:
        evidence["input"] = describe(record.inputs[0])
    return Origin(record.module, record.kind, record.operation, record.line, what, False, evidence)


# -------------------------------------------------------------------- backward


def _backward_origin(trace: _Trace) -> Origin | None:
    """The first node that got finite gradients and gave others."""
    outputs = [tensor for tensor in _float_outputs(trace) if tensor.requires_grad]
    if not outputs:
        return None
    origins: list[Origin] = []
    handles = [node.register_hook(_node_hook(node, place, origins)) for node, place in trace.nodes.items()]
    leaves = [node.variable for node in _leaves(trace.nodes)]
    try:
        if leaves:
            torch.autograd.grad(outputs, leaves, [torch.ones_like(output) for output in outputs], allow_unused=True)
    finally:
        for handle in handles:
            handle.remove()
    return origins[0] if origins else None


def _leaves(nodes: Mapping[Any, Any]) -> list[Any]:
    children = (child for node in nodes for child, _ in node.next_functions)
    return list(dict.fromkeys(child for child in children if hasattr(child, "variable")))


def _node_hook(node: Any, place: tuple[str, str, str, str | None], origins: list[Origin]) -> Callable[..., None]:
    def hook(inputs: tuple[Any, ...], outputs: tuple[Any, ...]) -> None:
        given = [gradient for gradient in outputs if gradient is not None]
        made = [gradient for gradient in inputs if gradient is not None]
        bad = next((gradient for gradient in made if not is_finite(gradient)), None)
        if bad is not None and all(is_finite(gradient) for gradient in given):
            module, kind, operation, line = place
            what = next(what for what in ("nan", "inf", "-inf") if _has(bad, what))
            evidence = {"operation": f"backward of {operation} ({node.name()})", "gradient": describe(bad)}
            origins.append(Origin(module, kind, operation, line, what, True, evidence))

    return hook


def _float_outputs(trace: _Trace) -> list[torch.Tensor]:
    return [tensor for tensor in tensors_in(_as_container(trace.outputs)) if tensor.is_floating_point()]


def _as_container(outputs: Any) -> Any:
    """Outputs of the kind that Transformers returns are dictionaries with attributes; others are taken as they are."""
    return vars(outputs) if hasattr(outputs, "__dict__") and not isinstance(outputs, torch.Tensor) else outputs
