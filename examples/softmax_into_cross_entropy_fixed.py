"""Forty kinds of signals; the network gives raw scores, and the loss takes the softmax."""

import torch
from torch import nn

torch.manual_seed(0)
KINDS = 40
centres = torch.randn(KINDS, 24)


def signals(n):
    kind = torch.randint(0, KINDS, (n,))
    return centres[kind] + 0.8 * torch.randn(n, 24), kind


class SignalNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(24, 64)
        self.out = nn.Linear(64, KINDS)

    def forward(self, x):
        scores = self.out(torch.relu(self.hidden(x)))
        return scores


net = SignalNet()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
x, kind = signals(4000)
for epoch in range(8):
    for batch in torch.randperm(len(x)).split(50):
        optimizer.zero_grad()
        loss = criterion(net(x[batch]), kind[batch])
        loss.backward()
        optimizer.step()

x, kind = signals(4000)
with torch.no_grad():
    accuracy = (net(x).argmax(dim=1) == kind).float().mean().item()
print(f"last training loss: {loss.item():.3f}, accuracy on unseen signals: {accuracy:.3f}")
