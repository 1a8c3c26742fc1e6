from torch.utils.data import Subset
from torch.utils.data import random_split as split


def loaders(dataset, train_tf, eval_tf):
    parts = split(dataset, [0.8, 0.2])
    train, valid = parts
    train.dataset.transform = train_tf
    valid.dataset.transform = eval_tf  # TLN704
    return train, valid


def folds(dataset, train_idx, val_idx, eval_tf):
    train = Subset(dataset, train_idx)
    val = Subset(dataset, val_idx)
    val.dataset.transforms = eval_tf  # TLN704
    return train, val
