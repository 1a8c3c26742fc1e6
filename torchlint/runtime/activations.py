"""The outputs of layers in one forward pass, seen by hooks that are put on for it and taken off after.

Only numbers are kept, no tensors. What stands before a layer is asked of the autograd graph, so that `F.relu` counts
as `nn.ReLU` does.
"""

from __future__ import annotations

import itertools
import math
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, TypedDict, cast

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvNd
from torch.nn.parameter import is_lazy

from torchlint.runtime.graph import TRANSPARENT, Node, kind
from torchlint.runtime.models import Root
from torchlint.runtime.operations import in_transform

#: rows that a unit must be zero for: in a batch of one or two, many healthy units are
ROWS = 16
#: units that make a layer: a share of fewer says little
UNITS = 8
#: tanh and sigmoid lie at the ends of their range where their slope is below 2 % and 1 %
END = 0.99

_RELUS = (nn.ReLU, nn.ReLU6)
_WEIGHTED = (nn.Linear, _ConvNd)

_RELU_NODES = ("Relu", "Threshold", "Hardtanh", "Relu6")
#: a unit that is zero everywhere stays so
_KEEPS_ZEROS = TRANSPARENT | {
    *("MaxPool1D", "MaxPool2DWithIndices", "MaxPool3DWithIndices", "AvgPool2D", "AvgPool3D"),
    *("AdaptiveAvgPool2D", "AdaptiveAvgPool3D", "Mean", "NativeDropout"),
}
#: and the ends of a range stay ends
_KEEPS_ENDS = TRANSPARENT | {"MaxPool1D", "MaxPool2DWithIndices", "MaxPool3DWithIndices"}
#: nodes that hold a layer's weight, if it learns
_LAYER_NODES = ("Addmm", "Mm", "Bmm", "Linear", "Convolution", "MkldnnConvolution", "ConvolutionOverrideable")


class Shown(TypedDict, total=False):
    """The fields of a `LayerSample` that stand for activations."""

    activation_mean: float
    activation_std: float
    dead: float
    saturated: float
    normalised: int


#: forward passes that are listened to in one step: of many small batches that make one step, the first
PASSES = 8

#: what is seen of a layer, until it is asked for: how to make a share or a number of the tensors that were computed
_Seen = tuple[str, Callable[[list[float]], Shown], torch.Tensor]


class Activations:
    """Listens to one forward pass of a model."""

    def __init__(self) -> None:
        #: what was computed: reading it would make a device wait, so that is done for all layers together
        self._seen: list[_Seen] = []
        #: the batches that layers normalise over
        self._batches: dict[str, int] = {}
        #: what was read, by layer: of some, another optimizer's sample will tell
        self._shown: dict[str, Shown] = {}
        self._passes = 0
        self._handles: list[Any] = []
        self._nodes: set[Node] = set()
        self._name: Callable[[torch.Tensor], str | None] = lambda tensor: None
        self._thread = 0
        #: a mistake of ours has shown: no more of it
        self._broken = False

    def listen(self, root: Root, name: Callable[[torch.Tensor], str | None]) -> None:
        """Hear the forward pass of `root` that begins now. Not where something is compiled: hooks would be, too."""
        self.leave()
        if self._broken or self._passes >= PASSES or root.compiled or _is_recorded():
            return
        self._passes += 1
        self._name = name
        self._thread = threading.get_ident()
        for path, module in root.inner.named_modules():
            if _is_heard(module):
                self._handles.append(module.register_forward_hook(_Hook(self, root.path(path))))
        # always called: an exception in the forward pass must not leave hooks behind
        self._handles.append(root.module.register_forward_hook(self._end, always_call=True))

    def _end(self, module: nn.Module, args: Any, result: Any) -> None:
        if threading.get_ident() == self._thread:
            self.leave()

    def leave(self) -> None:
        """Take all hooks off."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()
        self._nodes.clear()

    def take(self, paths: Iterable[str]) -> dict[str, Shown]:
        """What was seen of these layers since they were last asked for."""
        seen, self._seen = self._seen, []
        batches, self._batches = self._batches, {}
        self._passes = 0
        for path, size in batches.items():
            self._shown.setdefault(path, {})["normalised"] = size
        for (path, reading, _), numbers in zip(seen, _read([tensor for *_, tensor in seen])):
            own = cast(dict[str, Any], self._shown.setdefault(path, {}))
            for name, value in reading(numbers).items():
                # a layer that is called several times in a step is dead where it is dead each time
                least = name in own and name in ("dead", "saturated")
                own[name] = min(own[name], value) if least else value
        return {path: self._shown.pop(path) for path in paths if path in self._shown}

    # ------------------------------------------------------------------ in the hooks

    def see(self, path: str, module: nn.Module, args: Any, result: Any) -> None:
        if threading.get_ident() != self._thread or in_transform():
            return
        try:
            # what is computed here is nobody's business: no mode of ours or of the user's hears it
            with torch.no_grad(), torch._C.DisableTorchFunction():
                self._see(path, module, args, result)
        except Exception as error:
            self._broken = True
            self.leave()
            warnings.warn(
                f"torchlint: internal error in reading activations, which is off from now on: "
                f"{type(error).__name__}: {error}; please report it",
                RuntimeWarning,
                stacklevel=2,
            )

    def _see(self, path: str, module: nn.Module, args: Any, result: Any) -> None:
        output = result[0] if isinstance(result, tuple) and result else result
        if isinstance(module, _RELUS):
            if _is_plain(output):
                self._see_relu(path, output, output.grad_fn)
            return
        if isinstance(module, _BatchNorm) and module.training and args and _is_plain(args[0]):
            if not isinstance(module, nn.SyncBatchNorm):
                self._batches[path] = max(args[0].shape[0], self._batches.get(path, 0))
        if isinstance(module, _WEIGHTED) and args and _is_plain(args[0]):
            self._see_input(path, args[0])
        if _is_plain(output) and output.numel() > 1:
            values = output.detach().float()
            # torch.std_mean takes twenty times as long
            both = torch.stack([values.mean(), torch.linalg.vector_norm(values)])
            self._seen.append((path, partial(_mean_and_std, values.numel()), both))
            if isinstance(module, (nn.GRU, nn.RNN)):
                self._see_ends(path, values, -1.0)

    def _see_input(self, path: str, value: torch.Tensor) -> None:
        node = _behind(value.grad_fn, _KEEPS_ENDS, masks=False)
        if node is not None and kind(node) in ("Tanh", "Sigmoid") and node not in self._nodes:
            self._nodes.add(node)
            low = -1.0 if kind(node) == "Tanh" else 0.0
            self._see_ends(self._layer(node) or path, value.detach().float(), low)
        self._see_relu(path, value, _behind(value.grad_fn, _KEEPS_ZEROS, masks=True))

    def _see_relu(self, path: str, value: torch.Tensor, node: Node) -> None:
        if node is None or kind(node) not in _RELU_NODES or node in self._nodes:
            return
        self._nodes.add(node)
        layer = self._layer(node) or path
        for reading, largest in _largest_of_units(value.detach()):
            self._seen.append((layer, reading, largest))

    def _see_ends(self, path: str, value: torch.Tensor, low: float) -> None:
        """How many numbers lie at the ends of the range from `low` to 1."""
        margin = (1.0 - low) * (1.0 - END) / 2
        count = ((value > 1.0 - margin) | (value < low + margin)).sum()
        self._seen.append((path, partial(_share, value.numel()), count))

    def _layer(self, node: Node) -> str | None:
        """The path of the layer whose output an activation was given."""
        for _ in range(4):
            children = [child for child, _ in node.next_functions if child is not None]
            for child in children:
                leaf = next((below for below in _with_casts(child) if hasattr(below, "variable")), None)
                if leaf is not None:
                    name = self._name(leaf.variable)
                    return None if name is None else name.rpartition(".")[0] or None
            if not children or kind(node) in _LAYER_NODES:
                return None
            node = children[0]
        return None


class _Hook:
    """Of one layer; `copy` and `pickle` of a module would carry it along, and a copy must not tell."""

    def __init__(self, activations: Activations, path: str) -> None:
        self._activations = activations
        self._path = path

    def __call__(self, module: nn.Module, args: Any, result: Any) -> None:
        if not torch.compiler.is_compiling():
            self._activations.see(self._path, module, args, result)


def _is_heard(module: nn.Module) -> bool:
    if isinstance(module, torch.jit.ScriptModule):
        return False
    if isinstance(module, _RELUS):
        return True
    own = list(module.parameters(recurse=False))
    return bool(own) and not any(map(is_lazy, own))


def _is_plain(value: Any) -> bool:
    return (
        type(value) is torch.Tensor
        and value.layout is torch.strided
        and value.is_floating_point()
        and value.numel() > 0
        and value.device.type != "meta"
    )


def _is_recorded() -> bool:
    """Whether operations are recorded, to be run again: a trace, or a CUDA graph."""
    return torch.jit.is_tracing() or (torch.cuda.is_initialized() and torch.cuda.is_current_stream_capturing())


def _behind(node: Node, passing: frozenset[str] | set[str], masks: bool) -> Node:
    """The first node that does more than pass numbers on.

    `masks`: a product with something that does not learn, as dropout is on a CPU, passes too: zeros stay zeros.
    """
    for _ in range(8):
        children = [child for child, _ in node.next_functions if child is not None] if node is not None else []
        if len(children) != 1 or not (kind(node) in passing or (masks and kind(node) == "Mul")):
            break
        node = children[0]
    return node


def _with_casts(node: Node) -> Iterator[Node]:
    for _ in range(3):
        yield node
        if kind(node) not in ("T", "Transpose", "ToCopy") or not node.next_functions:
            return
        node = node.next_functions[0][0]


def _mean_and_std(count: int, numbers: list[float]) -> Shown:
    mean, norm = numbers
    return {"activation_mean": mean, "activation_std": math.sqrt(max(0.0, norm * norm / count - mean * mean))}


def _share(count: int, numbers: list[float]) -> Shown:
    return {"saturated": numbers[0] / count}


def _zeros(numbers: list[float]) -> Shown:
    return {"dead": numbers.count(0.0) / len(numbers)}


def _largest_of_units(value: torch.Tensor) -> Iterator[tuple[Callable[[list[float]], Shown], torch.Tensor]]:
    """The largest number of each unit over all rows: behind a ReLU, zero where the unit is.

    Units lie along dimension 1, after convolutions, or along the last one. Where nearly all of the other one's places
    are zero, the layer is dead as well.
    """
    dim = 1 if value.dim() in (2, 4, 5) else value.dim() - 1
    if value.dim() > 1 and value.shape[dim] >= UNITS and value.numel() // value.shape[dim] >= ROWS:
        yield _zeros, value.amax([other for other in range(value.dim()) if other != dim])


def _read(tensors: list[torch.Tensor]) -> list[list[float]]:
    """Their numbers, with one wait for each device."""
    if not tensors:
        return []
    if len({tensor.device for tensor in tensors}) > 1:
        return [tensor.reshape(-1).tolist() for tensor in tensors]
    numbers = torch.cat([tensor.reshape(-1).float() for tensor in tensors]).tolist()
    ends = list(itertools.accumulate(tensor.numel() for tensor in tensors))
    return [numbers[start:end] for start, end in zip([0, *ends], ends)]
