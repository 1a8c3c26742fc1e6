import numpy as np
import torch


def positives(labels):
    """Which samples of a batch share their label: all pairs are meant."""
    same = labels.unsqueeze(1) == labels.unsqueeze(0)
    again = labels.view(-1, 1) == labels
    third = labels[:, None] == labels
    return same & again & third


def one_hot(scores, classes):
    return scores.argmax(dim=1, keepdim=True) == torch.arange(classes)


def is_largest(scores):
    return scores == scores.max(dim=1, keepdim=True)[0]


def of_arrays(scores: np.ndarray, wanted):
    rows = np.asarray(scores)
    return rows.max(1) == wanted


def of_two(a, b, wanted):
    return torch.max(a, b) == wanted


def of_all(a, wanted):
    return torch.max(a) == wanted


def of_pair(a, wanted):
    values, places = torch.max(a, 1)
    return (places == wanted) & (torch.max(a, 1)[1] == wanted) & (torch.max(a, 1).indices == wanted)
