"""The framework is a module itself: its eval() reaches the network that it was given, also through DataParallel."""
import torch
from torch import nn


class Framework(nn.Module):
    def __init__(self, model, batches, held_out):
        super().__init__()
        self.model = model
        self.parallel = nn.DataParallel(model)
        self.batches, self.held_out = batches, held_out
        self.optimizer = torch.optim.Adam(model.parameters())

    def train_model(self):
        for _ in range(5):
            self.train()
            for x, y in self.batches:
                self.optimizer.zero_grad()
                nn.functional.cross_entropy(self.parallel(x), y).backward()
                self.optimizer.step()
            print(self.eval_model())

    def eval_model(self):
        self.eval()
        with torch.no_grad():
            return sum((self.parallel(x).argmax(1) == y).sum().item() for x, y in self.held_out)


def batches(count):
    return [(torch.randn(8, 32), torch.randint(0, 4, (8,))) for _ in range(count)]


model = nn.Sequential(nn.Linear(32, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 4))
Framework(model, batches(30), batches(5)).train_model()
