import torch
from torch import nn


class Matching(nn.Module):
    def __init__(self, loss=nn.CrossEntropyLoss(reduction="sum")):
        super().__init__()
        self.loss = loss

    def forward(self, scores):
        total = 0
        likely = torch.softmax(scores, -1)  # TLN201
        for pair in likely:
            total += self.loss(pair, torch.arange(pair.shape[0]))
        return total / scores.shape[0]


def train(network, pairs, optimizer):
    criterion = Matching()
    for graphs in pairs:
        optimizer.zero_grad()
        criterion(network(graphs)).backward()
        optimizer.step()
