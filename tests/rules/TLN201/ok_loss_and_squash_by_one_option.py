"""One option decides which loss a factory makes, and whether its input is squashed first."""
import torch
from torch import nn


def get_criterion(loss_type, weight=None):
    if loss_type == "bce":
        criterion = nn.BCEWithLogitsLoss()
    elif loss_type == "ce":
        criterion = nn.CrossEntropyLoss(weight=weight)
    elif loss_type == "l2":
        criterion = nn.MSELoss()
    else:
        raise ValueError(loss_type)
    return criterion


def train(cfg, net, optimizer, loader):
    consistency = get_criterion(cfg.consistency.loss)
    for x, other in loader:
        optimizer.zero_grad()
        wanted = torch.sigmoid(net(other)).detach()
        logits = net(x)
        if cfg.consistency.loss == "l2":
            y = torch.sigmoid(logits)
            loss = consistency(y, wanted)
        else:
            loss = consistency(logits, wanted)
        loss.backward()
        optimizer.step()
