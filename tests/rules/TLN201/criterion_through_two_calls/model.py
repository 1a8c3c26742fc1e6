from torch import nn


class GaitNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(6, 16, 5)
        self.out = nn.Linear(16, 5)
        self.act = nn.Softmax(dim=1)

    def forward(self, x):
        x = self.conv(x).mean(dim=2)
        return self.act(self.out(x))
