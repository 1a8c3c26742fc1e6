import torch
import torch.nn as nn


class Tcn(nn.Module):
    def __init__(self, n_in, n_hidden):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv1d(n_in, n_hidden, 3, padding=2, dilation=2),
            nn.ReLU(),
            nn.Conv1d(n_hidden, 1, 1),
        )

    def forward(self, series):
        """series: (batch, time, variables)"""
        channels_first = series.permute(0, 2, 1)
        return self.net(channels_first).squeeze(1)


print(Tcn(4, 8)(torch.randn(2, 20, 4)).shape)
