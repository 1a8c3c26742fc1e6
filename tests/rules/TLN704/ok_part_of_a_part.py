"""The data set of such a part is a part itself: the attribute is one that nobody reads, but no split shares it."""

from torch.utils.data import Subset, random_split


def loaders(dataset, chosen, rest, train_tf):
    shown = Subset(dataset, chosen)
    remaining = Subset(dataset, rest)
    train, val = random_split(remaining, [0.8, 0.2])
    train.dataset.transform = train_tf
    return shown, train, val


def twice(dataset, tf):
    known, hidden = random_split(dataset, [0.5, 0.5])
    train, val = random_split(known, [0.5, 0.5])
    train.dataset.transform = tf
    return train, val, hidden
