"""What functions and methods do to the dtype of an array, as data: NumPy, torch, OpenCV, PIL and friends."""

from __future__ import annotations

#: names of dtypes, as they are written in torch, in NumPy and in strings
DTYPES = {
    "uint8": "uint8", "u1": "uint8", "B": "uint8", "ubyte": "uint8", "ByteTensor": "uint8", "quint8": "uint8",
    "int8": "int8", "i1": "int8", "byte": "int8", "CharTensor": "int8", "b": "int8",
    "bool": "bool", "bool_": "bool", "bool8": "bool", "BoolTensor": "bool", "?": "bool",
    "int16": "int16", "short": "int16", "i2": "int16", "ShortTensor": "int16", "uint16": "uint16", "u2": "uint16",
    "int32": "int32", "i4": "int32", "i": "int32", "intc": "int32", "IntTensor": "int32", "uint32": "uint32",
    "int": "int64", "int64": "int64", "i8": "int64", "long": "int64", "int_": "int64", "intp": "int64",
    "longlong": "int64", "LongTensor": "int64", "uint64": "int64", "uint": "int64", "integer": "int64",
    "half": "float16", "float16": "float16", "f2": "float16", "HalfTensor": "float16",
    "bfloat16": "bfloat16", "BFloat16Tensor": "bfloat16",
    "float32": "float32", "f4": "float32", "f": "float32", "single": "float32", "FloatTensor": "float32",
    "float": "float64", "float64": "float64", "f8": "float64", "d": "float64", "double": "float64",
    "float_": "float64", "DoubleTensor": "float64", "longdouble": "float64", "floating": "float64",
    "complex64": "complex", "complex128": "complex", "complex": "complex", "object": "object", "O": "object",
}  # fmt: skip

#: torch's short names that mean something else than NumPy's
TORCH_DTYPES = {"int": "int32", "float": "float32", "long": "int64"}

#: methods that cast
CASTS = {
    "byte": "uint8", "char": "int8", "bool": "bool", "short": "int16", "int": "int32", "long": "int64",
    "half": "float16", "bfloat16": "bfloat16", "float": "float32", "double": "float64", "cfloat": "complex",
}  # fmt: skip

LIMITS = {
    "bool": (0, 1),
    "uint8": (0, 255),
    "int8": (-128, 127),
    "int16": (-32768, 32767),
    "uint16": (0, 65535),
}

#: integers that a sum of an image or a count of pixels does not fit into
NARROW = frozenset({"uint8", "int8"})
WIDE = frozenset({"int16", "uint16", "int32", "uint32", "int64"})
FLOATS = frozenset({"float16", "bfloat16", "float32", "float64"})
HALF = frozenset({"float16", "bfloat16"})

#: methods and functions whose result has the dtype of the array, with values from it
KEEPING = frozenset(
    {
        "GaussianBlur", "LUT", "Variable", "adjoint", "adjust_brightness", "adjust_contrast", "adjust_hue",
        "adjust_saturation", "affine", "amax", "amin", "applyColorMap", "array_split", "as_strided", "asanyarray",
        "ascontiguousarray", "asfortranarray", "atleast_1d", "atleast_2d", "atleast_3d", "autocontrast",
        "bilateralFilter", "blur", "boxFilter", "broadcast_to", "center_crop", "chunk", "clone", "compress",
        "contiguous", "contiguous_", "convert", "copy", "copyMakeBorder", "cpu", "crop", "cuda", "cvtColor",
        "detach", "detach_", "diag", "diagonal", "dilate", "dsplit", "equalize", "equalizeHist", "erode", "expand",
        "expand_as", "expand_dims", "fastNlMeansDenoising", "fastNlMeansDenoisingColored", "filter", "five_crop",
        "flatten", "flip", "fliplr", "flipud", "gather", "gaussian_blur", "getRectSubPix", "hflip", "hsplit",
        "index_select", "interpolate", "item", "kthvalue", "masked_select", "max", "median", "medianBlur", "merge",
        "min", "mode", "morphologyEx", "moveaxis", "movedim", "nanmax", "nanmedian", "nanmin", "narrow", "numpy",
        "pad", "partition", "permute", "perspective", "pin_memory", "pixel_shuffle", "pixel_unshuffle", "posterize",
        "pyrDown", "pyrUp", "quantize", "random_", "random_crop", "ravel", "remap", "remove_alpha", "renorm",
        "repeat", "repeat_interleave", "require", "requires_grad_", "reshape", "reshape_as", "resize", "resize_",
        "resize_image", "roll", "rollaxis", "rot90", "rotate", "select", "set_", "share_memory_", "solarize",
        "sort", "split", "squeeze", "squeeze_", "squeeze_dims", "swapaxes", "swapdims", "t", "take",
        "take_along_axis", "take_along_dim", "ten_crop", "tensor_split", "thumbnail", "tile", "to_device", "tolist",
        "transpose", "tril", "tril_", "triu", "triu_", "unbind", "unfold", "unique", "unsqueeze", "unsqueeze_",
        "vflip", "view", "view_as", "vsplit", "warpAffine", "warpPerspective", "xpu", "zero_",
    }
)  # fmt: skip

#: the same, for functions whose first argument is a list of arrays
JOINING = frozenset(
    {
        "block", "cat", "column_stack", "concat", "concatenate", "dstack", "hconcat", "hstack", "merge",
        "row_stack", "stack", "vconcat", "vstack",
    }
)  # fmt: skip

#: comparisons and tests: bool
TESTS = frozenset(
    {
        "all", "allclose", "any", "eq", "equal", "ge", "greater", "greater_equal", "gt", "in1d", "is_nonzero",
        "isclose", "isfinite", "isin", "isinf", "isnan", "le", "less", "less_equal", "logical_and", "logical_not",
        "logical_or", "logical_xor", "lt", "ne", "not_equal", "signbit",
    }
)  # fmt: skip

#: values that are integers of 64 bits, whatever the array holds
COUNTS = frozenset(
    {
        "argmax", "argmin", "argsort", "argwhere", "bincount", "bucketize", "count_nonzero", "cumprod", "cumsum",
        "digitize", "dim", "flatnonzero", "multinomial", "nansum", "ndimension", "nelement", "nonzero", "numel",
        "one_hot", "prod", "randperm", "searchsorted", "size", "sum", "topk_indices", "trace",
    }
)  # fmt: skip

#: of these, positions in something whose length is not known
POSITIONS = frozenset({"argsort", "nonzero", "argwhere", "flatnonzero", "searchsorted", "randperm", "lexsort"})

#: results that are floating point numbers, whatever the array holds
FLOATING = frozenset(
    {
        "adaptive_avg_pool2d", "addmm", "arccos", "arcsin", "arctan", "arctan2", "atan2", "average", "avg_pool2d",
        "baddbmm", "batch_norm", "bernoulli_float", "beta", "binary_cross_entropy",
        "binary_cross_entropy_with_logits", "cdist", "conv1d", "conv2d", "conv3d", "convert_image_dtype_float",
        "corrcoef", "cos", "cosh", "cosine_similarity", "cov", "cross_entropy", "dct", "dist", "div", "divide",
        "dropout", "eigh", "elu", "erf", "exp", "exp2", "expm1", "exponential", "fft", "fft2", "float_power",
        "gamma", "gelu", "gradient", "grid_sample", "group_norm", "histogram", "hypot", "ifft2", "img_as_float",
        "img_as_float32", "img_as_float64", "interp", "inv", "kl_div", "l1_loss", "lab2rgb", "layer_norm", "lerp",
        "linear", "linspace", "log", "log10", "log1p", "log2", "log_softmax", "logit", "logspace", "logsumexp",
        "lstsq", "mean", "mish", "mse_loss", "nanmean", "nanpercentile", "nanstd", "nll_loss", "norm", "normal",
        "normal_", "normalize", "percentile", "pinv", "quantile", "rand", "rand_like", "randn", "randn_like",
        "random", "random_sample", "reciprocal", "relu6", "rgb2gray", "rgb2hsv", "rgb2lab", "rsqrt", "selu",
        "sigmoid", "silu", "sin", "sinh", "smooth_l1_loss", "softmax", "softplus", "softsign", "solve", "sqrt",
        "standard_normal", "std", "svd", "tan", "tanh", "to_tensor", "true_divide", "uniform", "uniform_", "var",
    }
)  # fmt: skip

#: values between 0 and 1
UNIT = frozenset({"sigmoid", "softmax", "rand", "rand_like", "random", "to_tensor"})

#: constructors -> position of dtype
CONSTRUCTORS = {
    "zeros": 1, "ones": 1, "empty": 1, "full": 2, "zeros_like": 1, "ones_like": 1, "empty_like": 1, "full_like": 2,
    "eye": 3, "identity": 1, "new_zeros": -1, "new_ones": -1, "new_empty": -1, "new_full": -1, "new_tensor": -1,
}  # fmt: skip

#: arithmetic by function or method name -> operator of the language
ARITHMETIC = {
    "add": "Add", "sub": "Subtract", "subtract": "Subtract", "mul": "Multiply", "multiply": "Multiply",
    "pow": "Power", "power": "Power", "square": "Square", "neg": "Minus", "negative": "Minus",
    "add_": "Add", "sub_": "Subtract", "subtract_": "Subtract", "mul_": "Multiply", "multiply_": "Multiply",
    "pow_": "Power", "square_": "Square", "neg_": "Minus", "rsub": "RightSubtract", "diff": "Difference",
    "matmul": "MatrixMultiply", "mm": "MatrixMultiply", "bmm": "MatrixMultiply", "dot": "MatrixMultiply",
    "mv": "MatrixMultiply", "inner": "MatrixMultiply", "vdot": "MatrixMultiply", "outer": "Multiply",
    "tensordot": "MatrixMultiply", "ger": "Multiply", "remainder": "Modulo", "fmod": "Modulo", "mod": "Modulo",
    "floor_divide": "FloorDivide", "bitwise_and": "BitAnd", "bitwise_or": "BitOr", "bitwise_xor": "BitXor",
}  # fmt: skip

#: OpenCV's own arithmetic stops at the limits of the dtype
SATURATING = frozenset(
    {"add", "subtract", "absdiff", "addWeighted", "scaleAdd", "multiply", "convertScaleAbs", "bitwise_and",
     "bitwise_or", "bitwise_xor", "bitwise_not", "inRange", "Canny", "max", "min"}
)  # fmt: skip

#: functions that read or make images of 8 bits, by root package and last name
IMAGE_READERS = frozenset(
    {
        "cv2.imread", "cv2.imdecode", "imageio.imread", "imageio.v2.imread", "imageio.v3.imread", "imageio.core.imread",
        "skimage.io.imread", "skimage.io.imread_collection", "scipy.misc.imread", "scipy.ndimage.imread",
        "mmcv.imread", "mmcv.imfrombytes", "mediapy.read_video", "skimage.util.img_as_ubyte", "skimage.img_as_ubyte",
        "torchvision.io.read_image", "torchvision.io.decode_image", "torchvision.io.decode_jpeg",
        "torchvision.io.decode_png", "torchvision.io.image.read_image", "torchvision.io.image.decode_image",
        "torchvision.transforms.functional.pil_to_tensor", "torchvision.transforms.v2.functional.pil_to_tensor",
        "torchvision.utils.draw_bounding_boxes", "torchvision.utils.draw_segmentation_masks",
    }
)  # fmt: skip

#: flags of cv2.imread that may give another depth
OTHER_DEPTH = frozenset({"IMREAD_UNCHANGED", "IMREAD_ANYDEPTH", "IMREAD_ANYCOLOR"})

#: functions that give PIL images
PIL_FUNCTIONS = frozenset({"open", "fromarray", "new", "blend", "composite", "merge", "frombytes", "frombuffer"})
PIL_METHODS = frozenset({"convert", "resize", "crop", "rotate", "filter", "transpose", "thumbnail"})

#: modes of PIL images that are not 8 bits a channel
WIDE_MODES = frozenset({"F", "I", "I;16", "I;16L", "I;16B", "1"})

#: transforms of torchvision that leave the kind of their image alone
IMAGE_TRANSFORMS = frozenset(
    {
        "CenterCrop", "ColorJitter", "GaussianBlur", "Grayscale", "Pad", "RandomAffine", "RandomCrop",
        "RandomGrayscale", "RandomHorizontalFlip", "RandomPerspective", "RandomResizedCrop", "RandomRotation",
        "RandomVerticalFlip", "Resize", "Scale",
    }
)  # fmt: skip

#: data sets of torchvision whose `data` are bytes, and the library of the array
BYTE_DATASETS = {
    "MNIST": "torch", "FashionMNIST": "torch", "EMNIST": "torch", "KMNIST": "torch", "QMNIST": "torch",
    "CIFAR10": "numpy", "CIFAR100": "numpy", "SVHN": "numpy", "STL10": "numpy",
}  # fmt: skip
