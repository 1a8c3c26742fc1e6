import torch
from torch import nn


class Logistic(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.w = nn.Parameter(torch.randn(width, 1))

    def forward(self, x):
        return torch.sigmoid(x @ self.w)


def train(model, loader, optimizer):
    for x, y in loader:
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy(model(x), y)
        loss.backward()
        lr = optimizer.param_groups[0]["lr"]
        model.w.data.add_(-lr * model.w.grad.data)


model = Logistic(4)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loader = torch.load("batches.pt")
for _ in range(10):
    train(model, loader, optimizer)
