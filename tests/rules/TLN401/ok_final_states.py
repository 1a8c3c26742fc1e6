import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self, layers=2, hidden=12):
        super().__init__()
        self.layers, self.hidden = layers, hidden
        self.lstm = nn.LSTM(7, hidden, num_layers=layers, bidirectional=True, batch_first=True)
        self.single = nn.GRU(7, hidden, batch_first=True)

    def forward(self, x):
        batch = x.size(0)
        _, (h_n, c_n) = self.lstm(x)
        by_layer = h_n.view(self.layers, 2, batch, self.hidden)
        last = torch.cat((by_layer[-1, 0], by_layer[-1, 1]), dim=1)
        everything = c_n.permute(1, 0, 2).contiguous().view(batch, -1)
        joined = torch.cat([h_n[-2], h_n[-1]], dim=-1).view(batch, 2 * self.hidden)
        return last, everything, joined


print([t.shape for t in Encoder()(torch.randn(3, 5, 7))])
