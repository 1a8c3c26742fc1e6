"""Before the test, the data goes through the network in train mode: BatchNorm gets its statistics. Nobody takes
the result."""

import torch
from torch import nn

model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 2))


def test(loader, model, recalibrate):
    if recalibrate:
        model.train()
        for _ in range(2):
            for inputs, targets in loader:
                _ = model(inputs)
    model.eval()
    with torch.no_grad():
        return sum((model(inputs).argmax(1) == targets).sum().item() for inputs, targets in loader)


batches = [(torch.randn(8, 4), torch.randint(0, 2, (8,)))]
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for inputs, targets in batches:
    model.train()
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(inputs), targets).backward()
    optimizer.step()
    print(test(batches, model, True))
