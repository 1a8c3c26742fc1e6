"""Dropout fights the noise in a small training set, but only until the first validation."""

import torch
from torch import nn

torch.manual_seed(0)
weights = torch.zeros(100)
weights[:5] = 2.0


def patients(n):
    genes = torch.randn(n, 100)
    ill = (genes @ weights + 2 * torch.randn(n) > 0).long()
    return genes, ill


train_set, valid_set = patients(120), patients(4000)
model = nn.Sequential(nn.Dropout(0.5), nn.Linear(100, 128), nn.ReLU(), nn.Dropout(0.7), nn.Linear(128, 2))
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)


def validate(model, genes, ill):
    model.eval()
    with torch.no_grad():
        scores = model(genes)
    return nn.functional.cross_entropy(scores, ill).item(), (scores.argmax(1) == ill).float().mean().item()


model.train()
for epoch in range(80):
    for batch in torch.randperm(120).split(20):
        loss = nn.functional.cross_entropy(model(train_set[0][batch]), train_set[1][batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    valid_loss, accuracy = validate(model, *valid_set)

print(f"validation loss: {valid_loss:.3f}, accuracy: {accuracy:.3f}")
