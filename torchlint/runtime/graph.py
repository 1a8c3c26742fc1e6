"""The autograd graph of a loss, read from the loss towards the parameters.

It shows what no source can: which operation really stands before the loss, with the tensors that it saved. Reading it
costs nothing later, but a walk of 500 nodes takes about a millisecond, so only the first backward passes are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch

#: nodes that only move, copy or cast numbers
TRANSPARENT = frozenset(
    "Alias AsStrided Clone Contiguous Copies CopySlices Expand Flatten Identity Index IndexSelect Narrow Permute "  # noqa: SIM905
    "Reshape ReshapeAlias Select Slice Split SplitWithSizes Squeeze Swapaxes T ToCopy ToDtype Transpose Unbind Unfold "
    "Unsafe UnsafeView Unsqueeze View Flip Gather MaskedSelect Roll".split()
)

#: more nodes than this are not read
LIMIT = 100_000

Node = Any


def kind(node: Node) -> str:
    """`NllLossBackward0` is `NllLoss`."""
    name = str(node.name()).rpartition("::")[2]
    return name.partition("Backward")[0]


def saved(node: Node, name: str) -> Any:
    """A tensor or number that the node kept for its backward; None where it has none, or not any more."""
    try:
        return getattr(node, f"_saved_{name}", None)
    except RuntimeError:
        # freed, or changed in place since
        return None


@dataclass(slots=True)
class LossNode:
    """A loss function in the graph."""

    node: Node
    kind: str
    #: the nodes from its input on, the transparent ones left out: what stands before the loss, nearest first
    before: list[Node] = field(default_factory=list)

    @property
    def before_kinds(self) -> list[str]:
        return [kind(node) for node in self.before]


class LossGraph:
    """The part of the graph that some backward pass will walk."""

    def __init__(self, roots: Sequence[torch.Tensor]) -> None:
        self.nodes: list[Node] = []
        self.complete = True
        stack = [root.grad_fn for root in roots if root.grad_fn is not None]
        seen = set(stack)
        while stack:
            node = stack.pop()
            self.nodes.append(node)
            if len(self.nodes) >= LIMIT:
                self.complete = False
                break
            for child, _ in node.next_functions:
                if child is not None and child not in seen:
                    seen.add(child)
                    stack.append(child)

    @cached_property
    def parameters(self) -> list[torch.Tensor]:
        """The leaves that this backward pass gives a gradient to."""
        return [node.variable for node in self.nodes if hasattr(node, "variable")]

    @cached_property
    def by_kind(self) -> dict[str, list[Node]]:
        kinds: dict[str, list[Node]] = {}
        for node in self.nodes:
            kinds.setdefault(kind(node), []).append(node)
        return kinds

    def losses(self, *kinds: str) -> Iterator[LossNode]:
        """The loss functions of these kinds, each with what stands before it."""
        for name in kinds:
            for node in self.by_kind.get(name, ()):
                yield LossNode(node, name, list(chain_before(node)))


def chain_before(node: Node, length: int = 4) -> Iterator[Node]:
    """The nodes that the first input of `node` comes from, as far as each has one input that needs a gradient."""
    for _ in range(200):
        inputs = [child for child, _ in node.next_functions if child is not None]
        if not inputs:
            return
        node = inputs[0]
        if kind(node) not in TRANSPARENT:
            yield node
            length -= 1
            if not length or len([child for child, _ in node.next_functions if child is not None]) != 1:
                return


def dimension(node: Node, rank: int) -> int | None:
    """The dimension that a softmax runs over, counted from the front."""
    value = saved(node, "dim")
    if value is None:
        return None
    # kept as an unsigned number: -1 comes back as 2 ** 64 - 1
    value = value - 2**64 if value >= 2**63 else value
    return int(value + rank if value < 0 else value)


def comes_from(tensor: torch.Tensor, other: torch.Tensor, length: int = 4) -> bool:
    """Whether `tensor` is `other`, or was made of it by a few simple operations."""
    if tensor is other:
        return True
    nodes = [tensor.grad_fn]
    for _ in range(length):
        if other.grad_fn in nodes:
            return other.grad_fn is not None
        nodes = [child for node in nodes if node is not None for child, _ in node.next_functions]
    return False
