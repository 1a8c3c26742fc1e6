"""TLN705: the same batch in each step, inputs without differences, or labels of a single class."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.utils.data import DataLoader

from torchlint.runtime.checks.base import Check
from torchlint.runtime.events import Forward, Graph, StepEnd
from torchlint.runtime.graph import LossNode, Node, kind, saved
from torchlint.runtime.models import Root
from torchlint.runtime.operations import is_data, tensors_in

if TYPE_CHECKING:
    from torchlint.runtime.session import Session

#: The same batch, or constant inputs, in so many steps in a row. The limits here are counts of ours: an exact
#: repetition is no matter of degree.
STEPS = 4
#: samples of a batch whose inputs must be the same
SAMPLES = 4
#: labels of a batch that must be the same, in both of the first two steps: by chance, one in 10^30 for three classes
LABELS = 16
CLASSES = 3
#: the bug shows at the start of a training or not at all
LAST = 48
#: numbers of each input that are compared
NUMBERS = 65_536


@dataclass(slots=True)
class _Trace:
    #: the inputs of the last step: copies, and the tensors themselves, or what they are views of
    inputs: Sequence[torch.Tensor] = ()
    origins: Sequence[weakref.ref[torch.Tensor]] = ()
    #: steps in a row
    same: int = 0
    #: of these, the ones with tensors of their own: the data were read anew
    read_again: int = 0
    blank: int = 0
    #: one call of each step is looked at
    seen: bool = False


class ConstantBatches(Check):
    """Compares what the model is called with from step to step, and the labels that the loss has kept."""

    code = "TLN705"
    severity = "warning"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._traces: dict[Root, _Trace] = {}
        self._constant_labels = 0

    # -------------------------------------------------------------------- inputs

    def on_forward(self, event: Forward) -> None:
        if self.session.step >= LAST:
            self.done()
        if not event.grad_enabled or not event.training or self.session.in_step:
            return
        trace = self._traces.setdefault(event.root, _Trace())
        if trace.seen:
            return
        trace.seen = True
        given = [tensor for tensor in tensors_in((event.args, event.kwargs)) if is_data(tensor)]
        tensors = [tensor.detach() for tensor in given]
        # the tensors of the last step may have been written to since
        heads = [tensor.reshape(-1)[:NUMBERS] for tensor in tensors]
        same = bool(heads) and len(heads) == len(trace.inputs) and all(map(torch.equal, heads, trace.inputs))
        trace.same = trace.same + 1 if same else 0
        kept = all(old() is _origin(tensor) for old, tensor in zip(trace.origins, given))
        trace.read_again = trace.read_again + (not kept) if same else 0
        trace.blank = trace.blank + 1 if _are_blank(tensors) else 0
        if not same:
            trace.inputs = [head.clone() for head in heads]
        trace.origins = [weakref.ref(_origin(tensor)) for tensor in given]
        if trace.blank == STEPS:
            self._tell_blank(tensors)
        elif trace.same == STEPS - 1 and tensors and self._is_meant_to_change(trace, tensors):
            self._tell_same()

    def on_step_end(self, event: StepEnd) -> None:
        for trace in self._traces.values():
            trace.seen = False

    def _is_meant_to_change(self, trace: _Trace, tensors: Sequence[torch.Tensor]) -> bool:
        """Whether there are other batches: a loader has several of this size, or each step reads the data anew."""
        if not tensors[0].dim():
            return False
        size = tensors[0].shape[0]
        loaders = [loader for loader in _living_loaders() if _length(loader) is not None]
        if any(_length(loader) == 1 for loader in loaders):
            # all data at once
            return False
        if any(loader.batch_size == size for loader in loaders):
            return True
        return trace.read_again >= STEPS - 2 and tensors[0].is_cpu

    def _tell_same(self) -> None:
        self.report(
            f"the model gets the same batch in each step, {STEPS} times in a row: it learns this one by heart",
            "iterate over the loader (for x, y in loader) and call iter(loader) once for each epoch, not in each step",
            steps=STEPS,
        )

    def _tell_blank(self, tensors: Sequence[torch.Tensor]) -> None:
        self.report(
            f"all samples of a batch are the same, {STEPS} steps in a row: the inputs tell the model nothing",
            "look at a batch just before it goes into the model: the decoding, the normalisation, the indexing",
            shape=tuple(tensors[0].shape),
            first_number=float(tensors[0].reshape(-1)[0]),
        )

    # -------------------------------------------------------------------- labels

    def on_graph(self, event: Graph) -> None:
        targets = [
            target
            for loss in event.graph.losses("NllLoss", "NllLoss2D")
            if (target := _labels(loss)) is not None and target.numel() >= LABELS
        ]
        if not targets:
            return
        constant = all(bool((target == target.reshape(-1)[0]).all()) for target in targets)
        self._constant_labels = self._constant_labels + 1 if constant else 0
        if self._constant_labels == 2:
            label = int(targets[0].reshape(-1)[0])
            self.report(
                f"all labels of two batches are {label}: there is one class to learn, and a bias is enough for it",
                "look at the labels of a batch; shuffle data that is sorted by class",
                label=label,
                labels=targets[0].numel(),
            )


def _labels(loss: LossNode) -> torch.Tensor | None:
    """The targets of a cross entropy on the output of a layer; what comes from similarities has labels of its own."""
    values, target = saved(loss.node, "self"), saved(loss.node, "target")
    if not isinstance(values, torch.Tensor) or not isinstance(target, torch.Tensor):
        return None
    classes = values.shape[1 if values.dim() > 1 else 0]
    layer = loss.before[1] if loss.before_kinds[:1] == ["LogSoftmax"] and len(loss.before) > 1 else None
    return target if layer is not None and classes >= CLASSES and _has_weight(layer, classes) else None


def _has_weight(node: Node, classes: int) -> bool:
    """Whether a node is a layer that makes so many numbers."""
    children = [child for child, _ in node.next_functions if child is not None]
    children += [child for below in children for child, _ in below.next_functions if child is not None]
    return any(classes in child.variable.shape[:1] for child in children if hasattr(child, "variable")) or (
        kind(node) == "CompiledFunction"
    )


def _origin(tensor: torch.Tensor) -> torch.Tensor:
    """Memory is used again at once, so that an address tells nothing."""
    return tensor if tensor._base is None else tensor._base


def _are_blank(tensors: Sequence[torch.Tensor]) -> bool:
    """All inputs have a row for each sample, and all rows are the same."""
    return (
        bool(tensors)
        and any(tensor.is_floating_point() and tensor.dim() > 1 for tensor in tensors)
        and all(tensor.dim() > 0 and tensor.shape[0] >= SAMPLES and _is_blank(tensor) for tensor in tensors)
    )


def _is_blank(tensor: torch.Tensor) -> bool:
    # most batches differ in their first two samples
    return torch.equal(tensor[0], tensor[1]) and bool((tensor == tensor[:1]).all())


def _living_loaders() -> list[DataLoader[object]]:
    # type() and not isinstance(): the heap holds lazy proxies whose __class__ runs code
    return [thing for thing in gc.get_objects() if issubclass(type(thing), DataLoader)]


def _length(loader: DataLoader[object]) -> int | None:
    try:
        return len(loader)
    except Exception:
        # of a stream, or of a dataset that does not know
        return None
