import torch
from torch import nn


class KeypointNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(1, 8, 3, stride=2)
        self.bn = nn.BatchNorm2d(8)
        self.fc = nn.Linear(8, 10)

    def forward(self, x):
        return self.fc(self.bn(self.stem(x)).relu().mean((2, 3)))


class Trainer:
    def __init__(self, batches):
        self.batches = batches
        self.model = KeypointNet()
        self.optim = torch.optim.Adam(self.model.parameters())
        self.best = float("inf")

    def evaluate(self):
        self.model.eval()
        with torch.no_grad():
            err = sum((self.model(x) - k).abs().mean().item() for x, k in self.batches)
        self.best = min(self.best, err)

    def train(self, epochs):
        self.model.train()
        for _ in range(epochs):
            for i, (x, k) in enumerate(self.batches):
                loss = nn.functional.mse_loss(self.model(x), k)
                self.optim.zero_grad()
                loss.backward()
                self.optim.step()
            self.evaluate()  # TLN302


faces = [(torch.rand(4, 1, 9, 9), torch.rand(4, 10)) for _ in range(3)]
Trainer(faces).train(3)
