import torch
import torch.nn.functional as F


def step_over_chunks(model, batch, optimizer, chunk=4):
    """One update from a batch that doesn't fit on the device at once."""
    optimizer.zero_grad()
    total = 0.0
    for piece, target in zip(batch[0].split(chunk), batch[1].split(chunk)):
        loss = F.cross_entropy(model(piece), target, reduction="sum") / len(batch[0])
        loss.backward()
        total += loss.item()
    optimizer.step()
    return total


def train(model, loader):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model.train()
    for batch in loader:
        step_over_chunks(model, batch, optimizer)
