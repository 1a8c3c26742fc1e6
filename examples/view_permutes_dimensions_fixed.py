"""Pictures with the channels last; `permute` moves the channels to the front."""

import torch
from torch import nn

torch.manual_seed(0)
SIZE = 12


def squares(n):
    """A bright square of one of three colours at one of four corners: twelve classes."""
    pictures = 0.5 * torch.randn(n, SIZE, SIZE, 3)
    corner, colour = torch.randint(0, 4, (n,)), torch.randint(0, 3, (n,))
    for i in range(n):
        top = torch.randint(0, 3, ()) + (corner[i] // 2) * 6
        left = torch.randint(0, 3, ()) + (corner[i] % 2) * 6
        pictures[i, top : top + 4, left : left + 4, colour[i]] += 1.5
    return pictures, corner * 3 + colour


class CornerNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(3, 12, 3), nn.ReLU(), nn.MaxPool2d(5))
        self.out = nn.Linear(48, 12)

    def forward(self, pictures):
        x = pictures.permute(0, 3, 1, 2)
        return self.out(self.conv(x).flatten(1))


net = CornerNet()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
pictures, label = squares(1200)
for epoch in range(8):
    for batch in torch.randperm(1200).split(40):
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(pictures[batch]), label[batch]).backward()
        optimizer.step()

pictures, label = squares(1200)
with torch.no_grad():
    accuracy = (net(pictures).argmax(dim=1) == label).float().mean().item()
print(f"accuracy on unseen pictures: {accuracy:.3f}")
