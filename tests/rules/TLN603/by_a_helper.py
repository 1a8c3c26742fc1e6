import torch
import torch.nn as nn


class Gate(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(width))

    def forward(self, x):
        return x * torch.sigmoid(self.weight)


class Scale(nn.Module):
    def forward(self, x):
        return x / x.norm(dim=-1, keepdim=True)


class Encoder(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width
        self.rnn = nn.GRU(width, width, batch_first=True)

    def _project(self, x, size):
        layer = nn.Linear(self.width, size)  # TLN603
        return torch.tanh(layer(x))

    def _embedding(self, count):
        return nn.Embedding(count, self.width)  # TLN603

    def forward(self, tokens, lengths):
        x = self._embedding(int(tokens.max()) + 1)(tokens)
        x, _ = self.rnn(x)
        x = Scale()(Gate(self.width)(x))  # TLN603
        self.last = nn.Linear(self.width, 1)  # TLN603
        return self.last(self._project(x, 8) @ self._project(x, 8).transpose(1, 2))
