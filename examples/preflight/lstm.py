"""Which of three gaits a step counter saw: a recurrent network that takes the batch for time.

    torchlint preflight examples/preflight/lstm.py:setup
    torchlint preflight examples/preflight/lstm.py:fixed
"""

import torch
from torch import nn

import torchlint

TIME, SENSORS, GAITS = 24, 6, 3


class Gait(nn.Module):
    def __init__(self, **options):
        super().__init__()
        self.lstm = nn.LSTM(SENSORS, 32, **options)
        self.head = nn.Linear(32, GAITS)

    def forward(self, series):
        hidden, _ = self.lstm(series)
        return self.head(hidden[:, -1])


def walks(count=48):
    gait = torch.randint(0, GAITS, (count,))
    phase = torch.arange(TIME) * (0.4 + 0.3 * gait[:, None])
    return torch.sin(phase[:, :, None] + torch.arange(SENSORS)) + 0.3 * torch.randn(count, TIME, SENSORS), gait


def setup():
    torch.manual_seed(0)
    model = Gait()
    return {
        "model": model,
        "loss_fn": nn.CrossEntropyLoss(),
        "batch": walks(),
        "optimizer": torch.optim.Adam(model.parameters(), lr=1e-3),
    }


def fixed():
    torch.manual_seed(0)
    return Gait(batch_first=True), nn.CrossEntropyLoss(), walks()


if __name__ == "__main__":
    print(torchlint.preflight(**setup()))
