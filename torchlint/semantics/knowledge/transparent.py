"""Calls that hand on the object they are given, and names that are classes."""

from __future__ import annotations

from functools import lru_cache

#: last part of the dotted name -> keyword of the argument that is handed on
_WRAPPERS = {
    "DataParallel": "module",
    "DistributedDataParallel": "module",
    "DDP": "module",
    "FullyShardedDataParallel": "module",
    "compile": "model",
    "script": "obj",
    "trace": "func",
    "fuse_modules": "model",
    "convert_sync_batchnorm": "module",
    "convert_model": "module",
    "as_tensor_module": "module",
    "weight_norm": "module",
    "spectral_norm": "module",
    "freeze": "mod",
    "clone_module": "module",
}
_WRAPPER_ROOTS = ("torch.", "apex.", "timm.", "lightning.", "accelerate.", "fairscale.")

#: methods that give back their arguments, in their order, made fit for the devices: class -> methods
_PREPARING = {
    "Accelerator": {"prepare", "prepare_model", "prepare_optimizer", "prepare_data_loader", "unwrap_model"},
    "Fabric": {"setup", "setup_module", "setup_optimizers", "setup_dataloaders"},
}

_COPIES = frozenset({"copy.deepcopy", "copy.copy", "copy.deepcopy.deepcopy"})


@lru_cache(maxsize=4096)
def wrapped_argument(name: str) -> str | None:
    """The keyword of the object that a call of `name` gives back unchanged in kind, if it does."""
    root, _, last = name.rpartition(".")
    if last in _WRAPPERS and (f"{root}.".startswith(_WRAPPER_ROOTS) or last[0].isupper()):
        return _WRAPPERS[last]
    return None


def prepares(cls: str, method: str) -> bool:
    """Whether a method of an object outside the project gives back what it is given (`accelerator.prepare(...)`)."""
    return method in _PREPARING.get(cls.rpartition(".")[2], ())


def is_copy(name: str) -> bool:
    return name in _COPIES


@lru_cache(maxsize=4096)
def is_class(name: str) -> bool:
    """Whether a dotted name outside the project is a class, by the naming convention of Python."""
    last = name.rpartition(".")[2]
    return (last[:1].isupper() and not last.isupper()) or last == "LBFGS" or last in _SHOUTED


def made_class(name: str) -> str | None:
    """The class of what a call of a dotted name outside the project makes: `Embedding.from_pretrained` is one, too."""
    owner, _, method = name.rpartition(".")
    if method == "from_pretrained" and owner.startswith("torch.nn."):
        return owner
    return name if is_class(name) else None


def makes_object(name: str) -> bool:
    """Whether a call of a dotted name outside the project makes an object of its own."""
    return made_class(name) is not None or is_copy(name)


#: classes written in capitals
_SHOUTED = frozenset(
    {"SGD", "ASGD", "LSTM", "GRU", "RNN", "SELU", "GELU", "ELU", "CELU", "GLU", "LAMB", "LARS", "KLDivLoss"}
)
