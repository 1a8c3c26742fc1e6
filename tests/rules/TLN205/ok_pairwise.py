import torch
import torch.nn.functional as F


def distances(points):
    row = points.view(-1)
    return ((row.unsqueeze(1) - row) ** 2).mean()


def spread(values, grid):
    row = values.flatten()
    return (row[:, None] - grid.view(-1)).abs().mean()


def to_centre(features, centre):
    return F.mse_loss(features, features.mean(0))


def margins(scores, labels):
    right = scores.gather(1, labels.unsqueeze(1))
    return F.relu(1 + scores - right).mean()


def by_dimension(scores, labels, row):
    right = scores.gather(1, labels.unsqueeze(1))
    return ((right - row.view(-1)) ** 2).mean(1), ((right - row.view(-1)) ** 2).mean(dim=0)


def gaps():
    points = torch.randn(100, 2)
    return ((points[:, 0:1] - points[:, 0]) ** 2).mean() + ((points[:, [1]] - points[:, 1]) ** 2).mean()
