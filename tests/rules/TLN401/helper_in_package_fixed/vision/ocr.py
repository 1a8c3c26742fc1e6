import torch
from torch import nn

from .layout import to_sequence


class LineReader(nn.Module):
    def __init__(self, letters=60):
        super().__init__()
        self.cnn = nn.Sequential(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))
        self.rnn = nn.GRU(32, 32, batch_first=True)
        self.out = nn.Linear(32, letters)

    def forward(self, line):
        steps, _ = self.rnn(to_sequence(self.cnn(line)))
        return self.out(steps)


if __name__ == "__main__":
    print(LineReader()(torch.rand(2, 1, 8, 20)).shape)
