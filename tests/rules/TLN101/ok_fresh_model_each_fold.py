import torch
from torch import nn


def one_step_probe(features, labels, folds=5):
    """How far does a single step get? Nothing survives from fold to fold."""
    scores = []
    for k in range(folds):
        probe = nn.Linear(features.size(1), 2)
        opt = torch.optim.SGD(probe.parameters(), lr=1.0)
        keep = torch.arange(len(labels)) % folds != k
        nn.functional.cross_entropy(probe(features[keep]), labels[keep]).backward()
        opt.step()
        guess = probe(features[~keep]).argmax(1)
        scores.append((guess == labels[~keep]).float().mean().item())
    return scores


print(one_step_probe(torch.randn(60, 7), torch.randint(0, 2, (60,))))
