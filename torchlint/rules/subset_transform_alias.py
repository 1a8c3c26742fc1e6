from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from torchlint.rules.base import Problem, StaticRule
from torchlint.semantics.functions import Function
from torchlint.semantics.nodes import Attr, Call, Item, Node, Part, strip
from torchlint.semantics.traces import Store
from torchlint.semantics.values import External

if TYPE_CHECKING:
    from torchlint.semantics.module import Module

_SETTINGS = frozenset({"transform", "transforms", "target_transform"})


class SubsetTransformAlias(StaticRule):
    """
    ## What it does
    Finds `part.dataset.transform = ...` on one of the parts that `random_split` or `Subset` made of a data set.

    ## Why is this bad?
    The parts share one data set: a `Subset` holds indices and a reference. The transform that was meant for the
    validation part replaces that of the training part as well, so that training runs without its augmentation, or
    validation with it. The last assignment wins for all.

    ## Example
    ```python
    train, val = random_split(dataset, [0.9, 0.1])
    val.dataset.transform = plain
    ```

    ## Use instead
    ```python
    train, val = random_split(range(len(dataset)), [0.9, 0.1])
    train = Subset(Images(root, transform=augment), train.indices)
    val = Subset(Images(root, transform=plain), val.indices)
    ```

    ## Known problems
    Splitting and assigning must stand in one function. Where a part gets a data set of its own, where all parts get
    the same transform, or where the other parts are thrown away, nothing is reported.

    ## References
    - [torch.utils.data.random_split](https://pytorch.org/docs/stable/data.html#torch.utils.data.random_split)
    """

    code = "TLN704"
    name = "subset-transform-alias"
    triggers = (b"random_split", b"Subset")

    def check(self, module: Module) -> Iterator[Problem]:
        for function in module.functions:
            groups: dict[int, list[Store]] = {}
            owners: dict[int, Node] = {}
            for store in function.stores:
                shared = _shared(module, function, store)
                if shared is not None:
                    groups.setdefault(id(shared), []).append(store)
                    owners[id(shared)] = shared
            for key, stores in groups.items():
                parts = {id(_part(store)) for store in stores}
                values = {id(strip(store.value)) for store in stores}
                if len(values) == 1 and len(parts) > 1:
                    continue  # all parts get the same
                last = stores[-1]
                related = [(module.site(owners[key]), "the parts share one data set from here on")]
                related += [(module.site(store.target), "replaced by the later one") for store in stores[:-1]]
                name = last.target.name if isinstance(last.target, Attr) else ""
                yield Problem(
                    module.site(last.target),
                    f"this sets the {name} of the data set that all parts of the split share: "
                    "training and validation data get the same one",
                    "give each part a data set of its own: Subset(Images(transform=...), part.indices)",
                    tuple(related),
                )


def _part(store: Store) -> Node:
    """`part` of `part.dataset.transform = ...`."""
    target = store.target
    assert isinstance(target, Attr) and isinstance(target.base, Attr)
    return strip(target.base.base)


def _shared(module: Module, function: Function, store: Store) -> Node | None:
    """What makes several parts of one data set, if `store` sets the transform of that data set through one of them."""
    target = store.target
    if not isinstance(target, Attr) or target.name not in _SETTINGS or store.op != "=":
        return None
    if not isinstance(target.base, Attr) or target.base.name != "dataset":
        return None
    part = strip(target.base.base)
    if any(isinstance(other.target, Attr) and other.target.name == "dataset" for other in function.stores):
        return None  # one of the parts gets a data set of its own
    if isinstance(part, (Part, Item)) and _calls(module, part.base, "random_split"):
        if _is_part(module, strip(part.base)):
            return None  # its data set is a part itself, and has no transform
        return strip(part.base) if len(_used_parts(function, strip(part.base))) > 1 else None
    if isinstance(part, Call) and _calls(module, part, "Subset") and part.args:
        data = strip(part.args[0])
        subsets = [call for call in function.calls if call.args and strip(call.args[0]) is data]
        return data if sum(_calls(module, call, "Subset") for call in subsets) > 1 else None
    return None


def _is_part(module: Module, split: Node) -> bool:
    """Whether what is split is a part of another split, or a `Subset`."""
    data = strip(split.args[0]) if isinstance(split, Call) and split.args else None
    if isinstance(data, (Part, Item)):
        return _calls(module, data.base, "random_split")
    return data is not None and _calls(module, data, "Subset")


def _calls(module: Module, node: Node, name: str) -> bool:
    """Whether a value is what a function or class of `torch.utils.data` gives."""
    node = strip(node)
    return isinstance(node, Call) and any(
        isinstance(value, External) and value.last == name and value.name.startswith("torch.")
        for value in module.evaluator.values(node.func, None)
    )


def _used_parts(function: Function, split: Node) -> set[str]:
    """The names that the parts of a split get, without those that are thrown away."""
    return {
        name
        for name, values in function.bindings.items()
        for value in values
        if name.strip("_") and isinstance(value, (Part, Item)) and strip(value.base) is split
    }
