import torch
from torch import nn


class Recurrent(nn.Module):
    def __init__(self, input_size=1, hidden_size=64):
        super().__init__()
        self.rnn = nn.GRU(input_size, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, 1)

    def forward(self, x):
        """x: (batch, 1, samples)"""
        x = x.reshape(x.shape[0], x.shape[2], x.shape[1])
        return self.head(self.rnn(x)[0])
