"""The activation and the loss are chosen together: each goes with the other."""

import torch
import torch.nn.functional as F
from torch import nn


def train_linear(features, labels, classes, binary=False):
    model = nn.Linear(features.shape[1], 1 if binary else classes)
    if not binary:
        act = F.log_softmax
        criterion = F.nll_loss
    else:
        act = torch.sigmoid
        criterion = F.binary_cross_entropy
    optimizer = torch.optim.LBFGS(model.parameters())
    for epoch in range(10):
        optimizer.zero_grad()
        loss = criterion(act(model(features).squeeze()), labels)
        loss.backward()
        optimizer.step()
    return model
