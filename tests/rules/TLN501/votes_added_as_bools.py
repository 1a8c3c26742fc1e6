import torch


def majority(first, second, third, label):
    """Whether at least two of three classifiers are right."""
    votes = (first == label) + (second == label) + (third == label)  # TLN501
    return votes >= 2


y = torch.tensor([0, 1, 2, 1])
print(majority(y, y, y, y))
