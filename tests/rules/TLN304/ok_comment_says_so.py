"""The prenet of a speech decoder drops in inference too: it is what keeps the decoder from copying itself."""
import torch
import torch.nn.functional as F
from torch import nn


class Prenet(nn.Module):
    def __init__(self, sizes, rate=0.5):
        super().__init__()
        self.rate = rate
        self.steps = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))

    def forward(self, mel):
        for step in self.steps:
            mel = F.dropout(step(mel).relu(), p=self.rate)  # stays on, always
        return mel


print(Prenet([4, 3, 2])(torch.rand(1, 4)).shape)
