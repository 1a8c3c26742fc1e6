import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset


class Line(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = nn.Linear(width, 32)
        self.head = nn.Linear(32, 1)

    def forward(self, x):
        return self.head(torch.relu(self.body(x)))


inputs = torch.randn(500, 8)
targets = inputs[:, 0] * 2 + torch.randn(500)
net = Line(8)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.01)

for epoch in range(20):
    optimizer.zero_grad()
    loss = criterion(net(inputs), targets)  # TLN205
    loss.backward()
    optimizer.step()

by_hand = ((net(inputs) - targets) ** 2).mean()  # TLN205
absolute = torch.mean(torch.abs(targets - net(inputs)))  # TLN205


def fit(model, loader, criterion, optimizer):
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)  # TLN205
        loss.backward()
        optimizer.step()
        print(F.l1_loss(model(x).squeeze(1), y))


fit(Line(8), DataLoader(TensorDataset(inputs, targets), batch_size=32), nn.SmoothL1Loss(), optimizer)
