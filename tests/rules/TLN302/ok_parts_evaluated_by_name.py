"""The evaluation switches the parts of an algorithm that is a module; its train() reaches them."""
import torch
from torch import nn


class Alignment(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(32, 64), nn.BatchNorm1d(64), nn.ReLU())
        self.head = nn.Linear(64, 4)
        self.optimizer = torch.optim.Adam(list(self.encoder.parameters()) + list(self.head.parameters()))

    def update(self, x, y):
        self.optimizer.zero_grad()
        features = self.encoder(x)
        nn.functional.cross_entropy(self.head(features), y).backward()
        self.optimizer.step()


class Trainer:
    def __init__(self, batches, held_out):
        self.batches, self.held_out = batches, held_out

    def run(self):
        for _ in range(3):
            algorithm = Alignment()
            self.algorithm = algorithm
            for _ in range(5):
                algorithm.train()
                for x, y in self.batches:
                    algorithm.update(x, y)
                print(self.spread())

    def spread(self):
        encoder = self.algorithm.encoder
        encoder.eval()
        with torch.no_grad():
            for x, _ in self.held_out:
                features = encoder(x)
                print(self.algorithm.head(features.detach()))
