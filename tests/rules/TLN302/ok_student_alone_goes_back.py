"""Validation puts teacher and student into eval mode; only the student learns, and goes back by itself."""
import torch
from torch import nn


def network():
    return nn.Sequential(nn.Linear(8, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 3))


class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.teacher, self.student = network(), network()

    def forward(self, full, partial):
        with torch.no_grad():
            wanted = self.teacher(full)
        return self.student(partial), wanted


class Trainer:
    def __init__(self, pair, batches):
        self.pair, self.batches = pair, batches
        self.optimizer = torch.optim.Adam(pair.student.parameters())

    def fit(self, epochs):
        for _ in range(epochs):
            self.pair.student.train()
            self.pair.teacher.eval()
            for full, partial in self.batches:
                self.optimizer.zero_grad()
                nn.functional.mse_loss(*self.pair(full, partial)).backward()
                self.optimizer.step()
            print(self.validate())

    def validate(self):
        self.pair.eval()
        with torch.no_grad():
            return sum(self.pair.student(partial).argmax(1).sum().item() for _, partial in self.batches)


Trainer(Pair(), [(torch.randn(4, 8), torch.randn(4, 8)) for _ in range(5)]).fit(3)
