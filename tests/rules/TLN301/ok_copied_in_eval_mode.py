"""A copy is in the mode that the network was in when it was copied."""

import copy

import torch
from torch import nn

net = nn.Sequential(nn.Linear(8, 16), nn.Dropout(0.5), nn.Linear(16, 4))
net.eval()
teacher = copy.deepcopy(net)
teacher.load_state_dict(torch.load("teacher.pt"))


def evaluate(loader):
    right = 0
    with torch.no_grad():
        for x, y in loader:
            right += (teacher(x).argmax(1) == y).sum().item()
    return right


print(evaluate(torch.load("test.pt")))
