"""What optimizers, models and mode-sensitive layers are called in torch and around it."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache

#: optimizer classes by name, also of libraries other than torch
OPTIMIZERS = frozenset(
    {
        "Adam", "AdamW", "SGD", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam", "ASGD", "Rprop",
        "SparseAdam", "LBFGS", "Adafactor", "LAMB", "Lamb", "LARS", "Lion", "Ranger", "AdaBelief", "BertAdam",
        "FusedAdam", "FusedLAMB", "FusedSGD", "AdaBound", "Lookahead", "Muon", "Yogi", "MADGRAD", "AdamP", "SGDP",
        "NovoGrad", "Novograd", "DiffGrad", "QHAdam", "Apollo", "Shampoo", "AdaHessian", "Prodigy", "DAdaptAdam",
        "Adam8bit", "AdamW8bit", "PagedAdamW", "PagedAdamW8bit", "Optimizer", "SAM",
    }
)  # fmt: skip

#: functions that clip gradients, also as methods of a sharded network
CLIPPING = frozenset({"clip_grad_norm_", "clip_grad_value_", "clip_grad_norm", "clip_grad_value"})

#: methods that give a network other weights
RESTORING = frozenset({"load_state_dict", "set_params", "set_weights", "load_params", "set_parameters"})

#: layers that compute something else in eval mode; the number is the position of their probability argument
MODE_LAYERS: dict[str, int | None] = {
    "Dropout": 0,
    "Dropout1d": 0,
    "Dropout2d": 0,
    "Dropout3d": 0,
    "AlphaDropout": 0,
    "FeatureAlphaDropout": 0,
    "DropPath": 0,
    "BatchNorm1d": None,
    "BatchNorm2d": None,
    "BatchNorm3d": None,
    "LazyBatchNorm1d": None,
    "LazyBatchNorm2d": None,
    "SyncBatchNorm": None,
    "SynchronizedBatchNorm2d": None,
    "BatchNorm": None,
    "TransformerEncoderLayer": None,
    "TransformerDecoderLayer": None,
    "Transformer": None,
    "RReLU": None,
}

#: layers whose `dropout=` argument is zero unless it is given
OPTIONAL_DROPOUT = frozenset({"LSTM", "GRU", "RNN", "MultiheadAttention", "GATConv", "GATv2Conv", "TransformerConv"})

#: of these, stacks of layers: dropout stands between the layers, so one layer has none
STACKED = frozenset({"LSTM", "GRU", "RNN"})

#: what segmentation_models_pytorch has beside losses and metrics
_SEGMENTERS = (
    "create_model", "encoders.", "Unet", "FPN", "PSPNet", "PAN", "MAnet", "Linknet", "DeepLab", "UPerNet", "Segformer",
    "DPT",
)  # fmt: skip

#: how the names of functions outside the project begin that make a network with Dropout or BatchNorm, in train mode
MODEL_FACTORIES = (
    "torchvision.models.",
    "timm.create_model",
    "timm.models.",
    *(f"segmentation_models_pytorch.{name}" for name in _SEGMENTERS),
)

#: how the names of the networks of torchvision begin that differ in eval mode
FAMILIES = (
    "alexnet", "convnext", "deeplab", "densenet", "efficientnet", "fcn_", "googlenet", "inception", "lraspp", "maxvit",
    "mnasnet", "mobilenet", "regnet", "resnet", "resnext", "shufflenet", "squeezenet", "swin", "vgg", "wide_resnet",
)  # fmt: skip

#: networks of torchvision without BatchNorm, whose only Dropout is in their classifier
DROPPING_AT_THE_END = frozenset({"vgg11", "vgg13", "vgg16", "vgg19", "alexnet", "squeezenet1_0", "squeezenet1_1"})

#: libraries whose networks have no active Dropout and no BatchNorm, however they are made
MODELESS_LIBRARIES = ("diffusers.",)

#: Checkpoints of Transformers (`Qwen/Qwen2.5-7B`) and its classes (`ViTModel`) whose rates of Dropout are 0 in the
#: configuration that they come with
CHECKPOINTS_WITHOUT_DROPOUT = re.compile(
    r"llama|vicuna|mistral|mixtral|qwen|gemma|deepseek|pythia|gpt[-_]?neo|bloom|falcon|smollm|stablelm|olmo"
    r"|prot_?bert|esm-?2|\b(vit|deit|clip|siglip|dinov2)(?=\W|_|\Z|model|for|text|vision)",
    re.IGNORECASE,
)

#: classes whose training loop belongs to a framework
FRAMEWORK_MODULES = frozenset(
    {"LightningModule", "LightningDataModule", "PreTrainedModel", "Trainer", "Learner", "BaseModule", "AlgoBase"}
)

_DATA = (
    r"(s|x|data|set|ds|loader|dataset|dataloader|dl|iter|iterator|generator|gen|images?|imgs?|batch(es)?|inputs?|"
    r"features|tensors?|samples?|sentences?|pairs?|texts?|seqs?)"
)
#: what a variable says of the form of its data
_FORM = r"(_(torch|t|np|numpy|var|variable|gpu|cuda|device))?"
_KEPT = r"(test(ing)?|val|valid|validation|dev|holdout)"
#: data kept for testing: `X_test`, `val_loader`, `testset`, `dev_iter`, `prices_test`
_HELD_OUT = re.compile(rf"(.+_)?{_KEPT}(_?{_DATA})+{_FORM}\d*|{_DATA}_{_KEPT}\d*|(.+_)?test(ing)?{_FORM}\d*")
_OPTIMIZER_NAME = re.compile(r"(^|_)(opt|optim|optimi[sz]er)s?(\d|_|$)")
_LOSS_NAME = re.compile(r"(^|_)(criterion|criteria|loss|losses)(\d|_|$)")
_EVALUATION = frozenset(
    {
        "eval", "evaluate", "evaluation", "evaluator", "validate", "validation", "valid", "val", "test", "testing",
        "predict", "prediction", "predictions", "infer", "inference", "accuracy",
    }
)  # fmt: skip
_GENERATION = frozenset({"generate", "generation", "sample", "sampling", "decode", "translate", "score", "metrics"})
#: what an agent samples while it learns
_ACTING = frozenset({"action", "actions", "act"})
_UTTERANCE = frozenset({"generate", "translate", "caption", "infer", "inference"})
_TRAINING = frozenset({"train", "training", "fit", "pretrain", "finetune", "optimize", "learn"})

#: parameters that tell a routine whether it trains
TRAINING_FLAGS = frozenset({"train", "training", "is_train", "is_training", "train_mode"})
#: parameters that name what a routine does
PHASES = frozenset({"phase", "mode", "split", "stage"})


def is_optimizer_class(name: str) -> bool:
    """Whether a dotted name outside the project is an optimizer class."""
    root, _, last = name.rpartition(".")
    if "sched" in name.lower() or ".lr_" in name:
        return False
    return last in OPTIMIZERS or root.startswith("torch.optim") or bool(re.search(r"(Adam|AdamW|SGD|Optimizer)$", last))


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """The words of an identifier, in lower case."""
    return tuple(re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower().strip("_").split("_"))


@lru_cache(maxsize=4096)
def looks_like_loss(name: str) -> bool:
    """Whether a variable holds a loss, by the convention of its name."""
    return bool(_LOSS_NAME.search(name.lower()))


@lru_cache(maxsize=4096)
def looks_like_optimizer(name: str) -> bool:
    """Whether a name follows the convention for optimizers (`opt`, `optimizer_g`, `optim`)."""
    lowered = "_".join(words(name))
    return bool(_OPTIMIZER_NAME.search(lowered)) and "sched" not in lowered


#: methods that switch the mode of a network
SWITCHES = frozenset({"train", "eval"})


@lru_cache(maxsize=4096)
def is_backward(name: str) -> bool:
    """Whether a function of that name computes gradients: `manual_backward`, but not `register_backward_hook`. A
    misspelt one was meant to, and says so itself when it runs.
    """
    if "backward" in name:
        return "hook" not in name
    return name[:1] == "b" and len(name) in (7, 8, 9) and SequenceMatcher(None, name, "backward").ratio() > 0.85


@lru_cache(maxsize=4096)
def speaks_of_mode(name: str) -> bool:
    """Whether a function may switch the mode of a network by its name: `set_train`."""
    return not SWITCHES.isdisjoint(words(name))


#: methods of tensors, texts and containers: what is called so, even of the project's own, trains and switches nothing
PLAIN = frozenset(
    {
        "append", "extend", "keys", "values", "items", "sort", "join", "format", "split", "strip", "lower", "upper",
        "startswith", "endswith", "add_argument",
        "view", "size", "dim", "reshape", "permute", "transpose", "contiguous", "unsqueeze", "squeeze", "flatten",
        "expand", "repeat", "chunk", "item", "detach", "numpy", "tolist", "long", "int", "bool", "mean", "sum", "max",
        "min", "abs", "exp", "log", "sqrt", "pow", "clamp", "norm", "argmax", "softmax", "new_zeros", "new_ones",
        "new_full", "masked_fill", "type_as", "astype",
    }
)  # fmt: skip

#: calls that do something to gradients, modes or optimizers, besides those with such a word in their name
_TELLING = frozenset(
    {
        "grad", "unscale_", "update", "add_param_group", "load_state_dict", "apply", "map",
        "zero_", "fill_", "detach_", "mul_", "div_", "copy_", "sub_", "add_",
    }
)  # fmt: skip
_TELLING_PARTS = ("step", "optimize", "zero_grad", "clear_grad", "hook", "set_epoch")


@lru_cache(maxsize=8192)
def is_telling(name: str) -> bool:
    """Whether a call of that name may do something to gradients, to the mode of a network or to an optimizer."""
    if name in _TELLING or name in CLIPPING or any(part in name for part in _TELLING_PARTS):
        return True
    return is_backward(name) or speaks_of_mode(name)


@lru_cache(maxsize=4096)
def is_evaluation(name: str) -> bool:
    """Whether a function is an evaluation by its name."""
    parts = set(words(name))
    return bool(parts & _EVALUATION) and not parts & _TRAINING


@lru_cache(maxsize=4096)
def is_generation(name: str) -> bool:
    parts = set(words(name))
    return bool(parts & _GENERATION) and not parts & (_TRAINING | _ACTING)


@lru_cache(maxsize=4096)
def is_utterance(name: str) -> bool:
    """Whether a function makes a network speak, by its name."""
    parts = set(words(name))
    return bool(parts & _UTTERANCE) and not parts & _TRAINING


@lru_cache(maxsize=4096)
def is_held_out(name: str) -> bool:
    """Whether a variable holds data to test or validate with, by its name."""
    parts = words(name)
    return not set(parts) & _TRAINING and bool(_HELD_OUT.fullmatch("_".join(parts)))


@lru_cache(maxsize=4096)
def is_training(name: str) -> bool:
    return bool(set(words(name)) & _TRAINING)
