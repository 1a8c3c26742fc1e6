import copy

from torch.utils.data import DataLoader, random_split


def same(dataset, tf):
    train, val = random_split(dataset, [90, 10])
    train.dataset.transform = tf
    val.dataset.transform = tf
    return train, val


def thrown_away(dataset, tf):
    small, _ = random_split(dataset, [90, 10])
    small.dataset.transform = tf
    return small


def own(dataset, tf):
    train, val = random_split(dataset, [90, 10])
    train.dataset = copy.copy(dataset)
    train.dataset.transform = tf
    return train, val


def loader(dataset, tf):
    batches = DataLoader(dataset)
    batches.dataset.transform = tf
    return batches
