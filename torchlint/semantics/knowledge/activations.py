"""Which torch functions, methods and layers turn scores into probabilities, and which leave values as they are."""

from __future__ import annotations

SOFTMAX = "softmax"
SIGMOID = "sigmoid"
LOG = "log"
LINEAR = "linear"
OTHER = "other"

PROBABILITIES = frozenset({SOFTMAX, SIGMOID})

#: functions and tensor methods by name
FUNCTIONS = {
    "softmax": SOFTMAX,
    "gumbel_softmax": SOFTMAX,
    "softmin": SOFTMAX,
    "sigmoid": SIGMOID,
    "sigmoid_": SIGMOID,
    "expit": SIGMOID,
    "log_softmax": LOG,
    "logsigmoid": LOG,
    "linear": LINEAR,
    "conv1d": LINEAR,
    "conv2d": LINEAR,
    "conv3d": LINEAR,
}

#: layers by class name
LAYERS = {
    "Softmax": SOFTMAX,
    "Softmax2d": SOFTMAX,
    "Softmin": SOFTMAX,
    "Sigmoid": SIGMOID,
    "LogSoftmax": LOG,
    "LogSigmoid": LOG,
    "AdaptiveLogSoftmaxWithLoss": LOG,
    "Linear": LINEAR,
    "LazyLinear": LINEAR,
    "Bilinear": LINEAR,
    "Conv1d": LINEAR,
    "Conv2d": LINEAR,
    "Conv3d": LINEAR,
    "ConvTranspose1d": LINEAR,
    "ConvTranspose2d": LINEAR,
    "ConvTranspose3d": LINEAR,
}

#: functions and methods that keep the meaning of their first operand
KEEPING = frozenset(
    {
        "view", "view_as", "reshape", "reshape_as", "squeeze", "unsqueeze", "flatten", "unflatten", "permute",
        "transpose", "movedim", "swapaxes", "contiguous", "to", "float", "double", "half", "bfloat16", "type",
        "type_as", "cuda", "cpu", "clone", "detach", "requires_grad_", "expand", "expand_as", "repeat", "narrow",
        "select", "index_select", "gather", "masked_select", "squeeze_", "unsqueeze_", "t", "clamp", "clamp_",
        "clip", "dropout", "interpolate", "upsample", "chunk", "split", "tolist", "retain_grad", "cat", "stack",
        "nan_to_num", "masked_fill", "rearrange", "resize", "resize_", "resize_as",
    }
)  # fmt: skip

#: functions and methods that make a tensor without values, to be filled
BLANK = frozenset({"zeros", "empty", "zeros_like", "empty_like", "new_zeros", "new_empty"})

#: layers that keep the meaning of their input
KEEPING_LAYERS = frozenset(
    {
        "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "Flatten", "Unflatten", "Identity", "Upsample",
        "AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AvgPool1d", "AvgPool2d",
    }
)  # fmt: skip
