"""One layer, one direction: h_n is (1, batch, hidden), and a leading 1 may go."""
import torch
from torch import nn


class Name2Country(nn.Module):
    def __init__(self, letters=57, hidden=32, countries=18):
        super().__init__()
        self.hidden = hidden
        self.gru = nn.GRU(letters, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, countries)

    def forward(self, x):
        _, h = self.gru(x)
        return self.fc(h.view(x.size(0), self.hidden))


print(Name2Country()(torch.rand(4, 9, 57)).shape)
