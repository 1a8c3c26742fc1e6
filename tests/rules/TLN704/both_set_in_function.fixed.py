import copy

from torch.utils.data import Subset
from torch.utils.data import random_split as split


def loaders(dataset, train_tf, eval_tf):
    train, valid = split(dataset, [0.8, 0.2])
    valid.dataset = copy.deepcopy(dataset)
    train.dataset.transform = train_tf
    valid.dataset.transform = eval_tf
    return train, valid


def folds(dataset, other, train_idx, val_idx, eval_tf):
    train = Subset(dataset, train_idx)
    val = Subset(other, val_idx)
    val.dataset.transforms = eval_tf
    return train, val
