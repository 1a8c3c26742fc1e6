"""What operations and layers do to the shape of a tensor, as data."""

from __future__ import annotations

#: methods and functions whose result has the shape of their first tensor
SAME = frozenset(
    {
        "abs", "acos", "acosh", "add_", "addcdiv", "addcmul", "angle", "asin", "asinh", "atan", "atanh", "bfloat16",
        "bernoulli", "bitwise_not", "bool", "byte", "ceil", "celu", "celu_", "char", "clamp", "clamp_", "clamp_max",
        "clamp_min", "clip", "clip_", "clone", "conj", "contiguous", "copysign", "cos", "cosh", "cpu", "cuda",
        "cummax", "cummin", "cumprod", "cumsum", "deg2rad", "detach", "detach_", "digamma", "div_", "double",
        "dropout", "dropout1d", "dropout2d", "dropout3d", "elu", "elu_", "erf", "erfc", "erfinv", "exp", "exp_",
        "expm1", "feature_dropout", "fill_", "fill_diagonal_", "flip", "float", "float32", "floor", "frac", "gelu",
        "half", "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "int", "isfinite", "isinf", "isnan",
        "layer_norm", "leaky_relu", "leaky_relu_", "lgamma", "log", "log10", "log1p", "log2", "log_softmax",
        "logical_not", "logit", "logsigmoid", "long", "masked_fill", "masked_fill_", "mish", "mul_", "nan_to_num",
        "neg", "negative", "normal_", "normalize", "pin_memory", "positive", "pow_", "prelu", "rad2deg", "reciprocal",
        "relu", "relu6", "relu_", "renorm", "requires_grad_", "retain_grad", "rms_norm", "roll", "round", "rrelu",
        "rsqrt", "selu", "sgn", "share_memory_", "short", "sigmoid", "sigmoid_", "sign", "silu", "sin", "sinh",
        "softmax", "softmin", "softplus", "softshrink", "softsign", "sqrt", "square", "sub_", "tan", "tanh", "tanh_",
        "tanhshrink", "threshold", "to", "tril", "triu", "trunc", "type", "type_as", "uniform_", "xpu", "zero_",
        "zeros_like", "ones_like", "rand_like", "randn_like", "empty_like", "full_like", "alpha_dropout",
        "batch_norm", "group_norm", "instance_norm", "gumbel_softmax", "index_fill", "index_fill_", "index_add",
        "index_add_", "index_copy", "index_copy_", "scatter", "scatter_", "scatter_add", "scatter_add_",
        "masked_scatter", "masked_scatter_", "checkpoint_name", "as_tensor", "tensor", "from_numpy", "asarray",
        "array", "Variable", "data", "numpy", "astype", "copy", "ascontiguousarray", "ascontiguous", "Parameter",
        "Buffer", "clip_by_value", "fake_quantize", "nan_to_num_",
    }
)  # fmt: skip

#: methods and functions of two tensors that broadcast
BROADCAST = frozenset(
    {
        "add", "sub", "subtract", "mul", "multiply", "div", "divide", "true_divide", "floor_divide", "remainder",
        "fmod", "pow", "maximum", "minimum", "fmax", "fmin", "eq", "ne", "lt", "le", "gt", "ge", "logical_and",
        "logical_or", "logical_xor", "bitwise_and", "bitwise_or", "atan2", "hypot", "lerp",
    }
)  # fmt: skip

#: reductions: they drop the dimension they are given, or all
REDUCTIONS = frozenset(
    {
        "sum", "mean", "prod", "std", "var", "amax", "amin", "norm", "logsumexp", "all", "any", "argmax", "argmin",
        "nansum", "nanmean", "count_nonzero", "median", "max", "min", "mode", "nanmedian", "kthvalue",
    }
)  # fmt: skip

#: reductions that give (values, indices) if they are given a dimension
PAIRED = frozenset({"max", "min", "median", "mode", "nanmedian", "kthvalue"})

#: reductions whose first argument after the tensor is not the dimension
_DIM_SECOND = {"norm": 1, "kthvalue": 1}


def dim_position(name: str) -> int:
    """Which argument after the tensor is `dim`."""
    return _DIM_SECOND.get(name, 0)


#: what makes a tensor of fresh numbers
CONSTRUCTORS = frozenset(
    {"zeros", "ones", "empty", "rand", "randn", "full", "new_zeros", "new_ones", "new_empty", "new_full"}
)

#: what makes a tensor of sizes and numbers alone, on the device that it is told, or else the CPU
FRESH = frozenset(
    {
        "zeros", "ones", "empty", "rand", "randn", "randint", "randperm", "full", "tensor", "Tensor", "FloatTensor",
        "LongTensor", "from_numpy", "eye", "arange", "linspace", "normal",
    }
)  # fmt: skip

#: layers that keep the shape
SAME_LAYERS = frozenset(
    {
        "Identity", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout",
        "BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "SyncBatchNorm", "InstanceNorm1d", "InstanceNorm2d",
        "InstanceNorm3d", "LayerNorm", "GroupNorm", "RMSNorm", "LocalResponseNorm", "ReLU", "ReLU6", "LeakyReLU",
        "PReLU", "RReLU", "ELU", "SELU", "CELU", "GELU", "SiLU", "Mish", "Sigmoid", "Tanh", "Softmax", "LogSoftmax",
        "Softmax2d", "Softmin", "Softplus", "Softshrink", "Softsign", "Tanhshrink", "Hardtanh", "Hardswish",
        "Hardsigmoid", "Hardshrink", "LogSigmoid", "Threshold", "TransformerEncoder", "TransformerEncoderLayer",
        "TransformerDecoder", "TransformerDecoderLayer", "LazyBatchNorm1d", "LazyBatchNorm2d", "LazyBatchNorm3d",
        "QuantStub", "DeQuantStub",
    }
)  # fmt: skip

#: layers over space -> number of spatial dimensions
CONVOLUTIONS = {
    "Conv1d": 1, "Conv2d": 2, "Conv3d": 3, "ConvTranspose1d": 1, "ConvTranspose2d": 2, "ConvTranspose3d": 3,
    "LazyConv1d": 1, "LazyConv2d": 2, "LazyConv3d": 3,
}  # fmt: skip
POOLS = {
    "MaxPool1d": 1, "MaxPool2d": 2, "MaxPool3d": 3, "AvgPool1d": 1, "AvgPool2d": 2, "AvgPool3d": 3,
    "AdaptiveAvgPool1d": 1, "AdaptiveAvgPool2d": 2, "AdaptiveAvgPool3d": 3,
    "AdaptiveMaxPool1d": 1, "AdaptiveMaxPool2d": 2, "AdaptiveMaxPool3d": 3,
    "LPPool1d": 1, "LPPool2d": 2, "FractionalMaxPool2d": 2, "Upsample": -1, "UpsamplingBilinear2d": 2,
    "UpsamplingNearest2d": 2, "ReflectionPad1d": 1, "ReflectionPad2d": 2, "ReplicationPad1d": 1, "ReplicationPad2d": 2,
    "ZeroPad1d": 1, "ZeroPad2d": 2, "ConstantPad1d": 1, "ConstantPad2d": 2,
}  # fmt: skip
FUNCTIONAL_CONVOLUTIONS = {
    "conv1d": 1, "conv2d": 2, "conv3d": 3, "conv_transpose1d": 1, "conv_transpose2d": 2, "conv_transpose3d": 3,
}  # fmt: skip
FUNCTIONAL_POOLS = {
    "max_pool1d": 1, "max_pool2d": 2, "max_pool3d": 3, "avg_pool1d": 1, "avg_pool2d": 2, "avg_pool3d": 3,
    "adaptive_avg_pool1d": 1, "adaptive_avg_pool2d": 2, "adaptive_avg_pool3d": 3, "adaptive_max_pool1d": 1,
    "adaptive_max_pool2d": 2, "adaptive_max_pool3d": 3,
}  # fmt: skip

RECURRENT = frozenset({"LSTM", "GRU", "RNN"})

#: layer -> parameters of its constructor, in order, as far as shapes need them
SIGNATURES: dict[str, tuple[str, ...]] = {
    "Linear": ("in_features", "out_features", "bias"),
    "LazyLinear": ("out_features", "bias"),
    "Bilinear": ("in1_features", "in2_features", "out_features"),
    "Embedding": ("num_embeddings", "embedding_dim", "padding_idx"),
    "LSTM": ("input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional", "proj_size"),
    "GRU": ("input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional"),
    "RNN": (
        "input_size",
        "hidden_size",
        "num_layers",
        "nonlinearity",
        "bias",
        "batch_first",
        "dropout",
        "bidirectional",
    ),
    "MultiheadAttention": ("embed_dim", "num_heads", "dropout"),
    "Flatten": ("start_dim", "end_dim"),
    "Unflatten": ("dim", "unflattened_size"),
    "LSTMCell": ("input_size", "hidden_size"),
    "GRUCell": ("input_size", "hidden_size"),
    "RNNCell": ("input_size", "hidden_size"),
}
for _name in CONVOLUTIONS:
    _given = ("out_channels", "kernel_size", "stride", "padding", "dilation")
    SIGNATURES[_name] = _given if _name.startswith("Lazy") else ("in_channels", *_given)
for _name in POOLS:
    SIGNATURES[_name] = ("output_size",) if _name.startswith("Adaptive") else ("kernel_size", "stride", "padding")

#: methods that change the shape of their tensor in place: after one, nothing is known of it
RESHAPING_IN_PLACE = frozenset(
    {"transpose_", "t_", "permute_", "squeeze_", "unsqueeze_", "resize_", "resize_as_", "set_", "swapaxes_"}
)
