"""Nothing but training is done with the network: whether its dropout asks for the mode makes no difference."""
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(10, 50), nn.Linear(50, 2)

    def forward(self, x):
        return F.log_softmax(self.last(F.dropout(F.relu(self.first(x)))), dim=1)


def train(model, batches):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(10):
        train_epoch(model, batches, optimizer)


def train_epoch(model, batches, optimizer):
    model.train()
    for x, y in batches:
        optimizer.zero_grad()
        F.nll_loss(model(x), y).backward()
        optimizer.step()


if __name__ == "__main__":
    model = Net().to("cpu")
    train(model, [(torch.randn(4, 10), torch.zeros(4, dtype=torch.long))])
