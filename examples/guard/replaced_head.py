"""Fine-tuning: the head is replaced after the optimizer was built, which goes on with the old one."""

import torch
from torch import nn

import torchlint

torch.manual_seed(0)


def flowers(count):
    kind = torch.randint(0, 6, (count,))
    return torch.eye(6)[kind].repeat(1, 3) + 0.5 * torch.randn(count, 18), kind


class Classifier(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(18, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU())
        self.head = nn.Linear(32, classes)

    def forward(self, x):
        return self.head(self.body(x))


model = Classifier(classes=100)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
model.head = nn.Linear(32, 6)
criterion = nn.CrossEntropyLoss()

with torchlint.guard(model):
    for _ in range(100):
        x, kind = flowers(64)
        optimizer.zero_grad()
        loss = criterion(model(x), kind)
        loss.backward()
        optimizer.step()

print(f"last loss: {loss.item():.2f}")
