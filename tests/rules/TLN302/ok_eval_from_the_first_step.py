"""The epoch begins in eval mode: the evaluation that picks hard examples only says so once more."""
import torch
from torch import nn


class Songs:
    def __init__(self, count):
        self.spectra = torch.randn(count, 64)
        self.singers = torch.arange(count) % 10

    def hardest(self, embed, count):
        embed.eval()
        with torch.no_grad():
            codes = embed(self.spectra)
        near = torch.cdist(codes, codes).topk(2, largest=False).indices[:, 1]
        order = (self.singers[near] != self.singers).float().argsort(descending=True)[:count]
        return self.spectra[order], self.spectra[near[order]]


def one_epoch(embed, songs, optimizer):
    embed.eval()
    for _ in range(50):
        anchors, others = songs.hardest(embed, 32)
        optimizer.zero_grad()
        loss = torch.relu(1 - (embed(anchors) - embed(others)).norm(dim=1)).mean()
        loss.backward()
        optimizer.step()


def validate(embed, songs):
    embed.eval()
    total = 0.0
    with torch.no_grad():
        for _ in range(10):
            anchors, others = songs.hardest(embed, 32)
            total += torch.relu(1 - (embed(anchors) - embed(others)).norm(dim=1)).mean().item()
    return total / 10


embed = nn.Sequential(nn.Linear(64, 128), nn.BatchNorm1d(128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 16))
optimizer = torch.optim.Adam(embed.parameters())
songs, held_out = Songs(500), Songs(100)
for epoch in range(10):
    one_epoch(embed, songs, optimizer)
    print(epoch, validate(embed, held_out))
