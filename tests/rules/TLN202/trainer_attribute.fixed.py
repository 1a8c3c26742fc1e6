import torch
from torch import nn


class ClickModel(nn.Module):
    def __init__(self, fields=10, dim=8):
        super().__init__()
        self.first = nn.Embedding(1000, 1)
        self.second = nn.Embedding(1000, dim)

    def forward(self, x):
        v = self.second(x)
        pair = 0.5 * (v.sum(1).pow(2) - v.pow(2).sum(1)).sum(1)
        y = self.first(x).sum((1, 2)) + pair
        return y


class Trainer:
    def __init__(self, model, lr=1e-3):
        self.model = model
        self.loss = nn.BCEWithLogitsLoss()
        self.optimizer = torch.optim.Adam(model.parameters(), lr=lr, weight_decay=1e-6)

    def fit(self, batches):
        self.model.train()
        for x, clicked in batches:
            self.optimizer.zero_grad()
            loss = self.loss(self.model(x), clicked)
            loss.backward()
            self.optimizer.step()


Trainer(ClickModel()).fit([(torch.randint(0, 1000, (6, 10)), torch.rand(6).round()) for _ in range(3)])
