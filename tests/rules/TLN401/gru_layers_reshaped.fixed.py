import torch
from torch import nn


class EngineState(nn.Module):
    def __init__(self, sensors=14, hidden=32, layers=3):
        super().__init__()
        self.hidden_size = hidden
        self.num_layers = layers
        self.gru = nn.GRU(sensors, hidden, num_layers=layers, batch_first=True, dropout=0.1)
        self.remaining = nn.Linear(hidden * layers, 1)

    def forward(self, window):
        out, hidden = self.gru(window)
        hidden = hidden.permute(1, 0, 2).reshape(-1, self.num_layers * self.hidden_size)
        return self.remaining(hidden).squeeze(1)


print(EngineState()(torch.randn(5, 30, 14)).shape)
