"""The averaged copy is a network of its own, in eval mode, whatever the network is that it was copied from."""
from copy import deepcopy

import torch
from networks import build
from torch import nn


class Average:
    def __init__(self, model):
        self.copy = deepcopy(model)
        self.copy.eval()

    @torch.no_grad()
    def update(self, model):
        for mine, theirs in zip(self.copy.state_dict().values(), model.state_dict().values()):
            mine.copy_(0.9 * mine + 0.1 * theirs)


class Trainer:
    def __init__(self, kind, loader):
        self.model, self.loader = build(kind), loader
        self.average = Average(self.model)
        self.optimizer = torch.optim.Adam(self.model.parameters())

    def run(self):
        for _ in range(5):
            self.one_epoch()
            print(self.validate())

    def one_epoch(self):
        self.model.train()
        for x, y in self.loader:
            self.optimizer.zero_grad()
            nn.functional.cross_entropy(self.model(x), y).backward()
            self.optimizer.step()
            self.average.update(self.model)

    @torch.no_grad()
    def validate(self):
        correct = 0
        for x, y in self.loader:
            correct += (self.average.copy(x).argmax(1) == y).sum().item()
        return correct


Trainer("small", [(torch.randn(8, 32), torch.randint(0, 4, (8,))) for _ in range(20)]).run()
