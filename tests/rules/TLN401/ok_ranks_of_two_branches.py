"""While it trains the net gets one piece of a recording, else all pieces of one recording: two shapes of `x`."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(400, 4)

    def forward(self, batch):
        if self.training:
            x = batch["input"]
            bs, time = x.shape
        else:
            x = batch["input"]
            bs, parts, time = x.shape
            x = x.reshape(parts, time)
        return self.out(x)


net = Net().eval()
print(net({"input": torch.randn(1, 8, 400)}).shape)
