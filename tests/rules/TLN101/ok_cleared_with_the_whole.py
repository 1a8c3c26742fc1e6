"""The optimizer holds the head that was handed to a network; the inner loop clears the whole network."""
import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self, encoder, head):
        super().__init__()
        self.encoder = encoder
        self.head = head

    def forward(self, x):
        return self.head(self.encoder(x))


class Learner:
    def __init__(self, batches):
        head = nn.Linear(64, 4)
        self.model = Classifier(nn.Linear(32, 64), head)
        self.batches = batches
        self.optimizer = torch.optim.Adam(self.model.head.parameters(), lr=1e-3)

    def train(self):
        for _ in range(100):
            results = self.outer()
            results["loss"].backward()
            self.optimizer.step()

    def outer(self):
        total = 0
        for x, y in self.batches:
            total += self.inner(x, y)["loss"]
        return {"loss": total}

    def inner(self, x, y):
        self.model.zero_grad()
        return {"loss": nn.functional.cross_entropy(self.model(x), y)}


Learner([(torch.randn(8, 32), torch.randint(0, 4, (8,))) for _ in range(30)]).train()
