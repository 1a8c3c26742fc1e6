import torch
from torch import nn


class StepClassifier(nn.Module):
    def __init__(self, channels=16, classes=4):
        super().__init__()
        self.conv = nn.Conv1d(6, channels, 5, padding=2)
        self.mlp = nn.Sequential(nn.Linear(channels, 32), nn.ReLU(), nn.Linear(32, classes))

    def forward(self, signal):
        maps = self.conv(signal).relu()
        batch, channels, steps = maps.shape
        scores = self.mlp(maps.view(batch * steps, channels))  # TLN402
        return scores.view(batch, steps, -1)


print(StepClassifier()(torch.randn(2, 6, 20)).shape)
