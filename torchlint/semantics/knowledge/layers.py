"""Which classes are networks, and which layers have weights, as data."""

from __future__ import annotations

#: libraries whose `Module` is no torch.nn.Module
FOREIGN_ROOTS = frozenset(
    {
        "flax", "haiku", "hk", "tensorflow", "tf", "keras", "equinox", "eqx", "mlx", "paddle", "sonnet", "snt", "jax",
        "megengine", "oneflow", "mindspore", "chainer", "jittor", "treex", "objax", "tinygrad",
    }
)  # fmt: skip

#: bases outside torch that are networks
NETWORK_BASES = frozenset(
    {"MessagePassing", "PreTrainedModel", "ModelMixin", "FairseqEncoder", "FairseqDecoder", "FairseqIncrementalDecoder"}
)

#: layers of torch.nn that learn
WEIGHTED = frozenset(
    {
        "Linear", "LazyLinear", "Bilinear", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d",
        "ConvTranspose3d", "LazyConv1d", "LazyConv2d", "LazyConv3d", "BatchNorm1d", "BatchNorm2d", "BatchNorm3d",
        "LazyBatchNorm1d", "LazyBatchNorm2d", "LazyBatchNorm3d", "SyncBatchNorm", "LayerNorm", "GroupNorm", "RMSNorm",
        "Embedding", "EmbeddingBag", "LSTM", "GRU", "RNN", "LSTMCell", "GRUCell", "RNNCell", "MultiheadAttention",
        "Transformer", "TransformerEncoder", "TransformerEncoderLayer", "TransformerDecoder",
        "TransformerDecoderLayer", "PReLU",
    }
)  # fmt: skip

#: layers whose weights can be left out, and the argument that does it: name -> keyword, position
AFFINE = {
    "BatchNorm1d": ("affine", 3),
    "BatchNorm2d": ("affine", 3),
    "BatchNorm3d": ("affine", 3),
    "SyncBatchNorm": ("affine", 3),
    "LayerNorm": ("elementwise_affine", 2),
    "RMSNorm": ("elementwise_affine", 2),
    "GroupNorm": ("affine", 3),
}

#: modules that hold other modules
HOLDERS = frozenset({"Sequential", "ModuleList", "ModuleDict"})

#: what `from_pretrained` of Transformers gives without being a network
_NO_NETWORKS = ("Tokenizer", "TokenizerFast", "Config", "Processor", "Extractor", "Scheduler", "Pipeline")


def is_network_base(name: str) -> bool:
    """Whether a class outside the project, by its dotted name, is an nn.Module."""
    root, last = name.partition(".")[0], name.rpartition(".")[2]
    if root in FOREIGN_ROOTS:
        return False
    if name.startswith("torch.nn."):
        return last[:1].isupper() and not is_parameter(name)
    return last.endswith("Module") or last in NETWORK_BASES


def is_parameter(name: str) -> bool:
    return name.startswith("torch.") and name.rpartition(".")[2] in ("Parameter", "UninitializedParameter", "Buffer")


def loads_network(name: str) -> bool:
    """Whether a function outside the project gives a trained network: `BertModel.from_pretrained`."""
    owner, _, method = name.rpartition(".")
    return method == "from_pretrained" and name.startswith("transformers.") and not owner.endswith(_NO_NETWORKS)
