"""Two moons: the gradients are cleared before each backward."""

import torch
from torch import nn

torch.manual_seed(0)


def moons(n):
    angle = torch.rand(n) * torch.pi
    label = torch.randint(0, 2, (n,))
    side = 1 - 2 * label
    points = torch.stack([angle.cos() * side + label, angle.sin() * side + 0.3 * label], dim=1)
    return points + 0.15 * torch.randn(n, 2), label


def train(model, optimizer, points, labels, epochs=15):
    model.train()
    for _ in range(epochs):
        for batch in torch.randperm(len(points)).split(32):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(points[batch]), labels[batch])
            loss.backward()
            optimizer.step()


model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
train(model, optimizer, *moons(1000))

model.eval()
points, labels = moons(2000)
with torch.no_grad():
    accuracy = (model(points).argmax(dim=1) == labels).float().mean().item()
print(f"accuracy on unseen points: {accuracy:.3f}")
