"""A buffer is filled with what the network answers in train mode; the mode from before comes back at the end."""

import torch
from torch import nn


class Learner(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.Linear(16, 3))
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.1)
        self.kept = []

    def forward(self, x):
        return self.net(x)

    def observe(self, x, y):
        self.optimizer.zero_grad()
        nn.functional.cross_entropy(self(x), y).backward()
        self.optimizer.step()

    def end_task(self, batches):
        was_training = self.training
        self.train()
        with torch.no_grad():
            for x, y in batches:
                self.kept.append((x, self(x)))
        self.train(was_training)


learner = Learner()
batches = [(torch.randn(4, 8), torch.zeros(4, dtype=torch.long))]
for task in range(2):
    for x, y in batches:
        learner.observe(x, y)
    learner.end_task(batches)
