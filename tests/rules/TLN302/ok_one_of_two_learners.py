"""An option chooses the way to learn; each sets its own network to train mode in each epoch."""
import sys

import torch
from torch import nn


class Learner:
    def __init__(self):
        self.net = nn.Sequential(nn.Linear(32, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 4))
        self.optimizer = torch.optim.Adam(self.net.parameters())

    def start_epoch(self):
        self.net.train()

    def observe(self, x, y):
        self.optimizer.zero_grad()
        nn.functional.cross_entropy(self.net(x), y).backward()
        self.optimizer.step()

    def end_epoch(self, held_out):
        self.net.eval()
        with torch.no_grad():
            print(sum((self.net(x).argmax(1) == y).sum().item() for x, y in held_out))


class Rehearsing(Learner):
    def __init__(self):
        super().__init__()
        self.seen = []

    def start_epoch(self):
        super().start_epoch()
        self.seen.clear()

    def observe(self, x, y):
        self.seen.append((x, y))
        super().observe(x, y)


def batches(count):
    return [(torch.randn(8, 32), torch.randint(0, 4, (8,))) for _ in range(count)]


learner = None
if sys.argv[1] == "plain":
    learner = Learner()
elif sys.argv[1] == "rehearsing":
    learner = Rehearsing()
for _ in range(5):
    learner.start_epoch()
    for x, y in batches(30):
        learner.observe(x, y)
    learner.end_epoch(batches(5))
