import torch
from torch import nn

model = nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

for epoch in range(5):
    running = 0.0
    for _ in range(100):
        loss = nn.functional.mse_loss(model(torch.randn(8, 4)), torch.randn(8, 1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running += loss  # TLN107
    print(epoch, running / 100)


def train(model, loader, optimizer, criterion, scaler):
    losses = []
    total = torch.zeros(1)
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        scaler.scale(loss).backward()
        scaler.step(optimizer)
        scaler.update()
        losses.append(loss)  # TLN107
        if len(x) > 1:
            total += loss * len(x)  # TLN107
    return losses, total
