"""A method of the network switches itself to eval mode before it generates."""

import torch
from torch import nn


class Vocoder(nn.Module):
    def __init__(self, bands=80, width=128):
        super().__init__()
        self.upsample = nn.Sequential(nn.Conv1d(bands, width, 5), nn.BatchNorm1d(width), nn.ReLU())
        self.memory = nn.GRU(width, width, batch_first=True)
        self.head = nn.Linear(width, 1)

    def forward(self, mels):
        hidden, _ = self.memory(self.upsample(mels).transpose(1, 2))
        return self.head(hidden)

    def generate(self, mels):
        self.eval()
        with torch.no_grad():
            wave = self.forward(mels)
        self.train()
        return wave


def main(train_loader, test_mels):
    model = Vocoder()
    optimizer = torch.optim.Adam(model.parameters())
    for mels, wave in train_loader:
        optimizer.zero_grad()
        nn.functional.l1_loss(model(mels), wave).backward()
        optimizer.step()
    waves = []
    with torch.no_grad():
        for mels in test_mels:
            waves.append(model.generate(mels))
    return waves
