"""The convolutions are registered by the Sequential that they are put into; the list gives their outputs one by one."""
import torch
from torch import nn


class Features(nn.Module):
    def __init__(self, channels, strides):
        super().__init__()
        convolutions = [nn.Conv2d(a, b, 3, padding=1) for a, b in zip([3, *channels[:-1]], channels)]
        steps, pools = [], []
        for convolution, stride in zip(convolutions, strides):
            steps.append(convolution)
            steps.append(nn.ReLU())
            pools.append(nn.MaxPool2d(stride) if stride > 1 else None)
            if stride > 1:
                steps.append(pools[-1])
        self.steps = nn.Sequential(*steps)
        self.convolutions, self.pools = convolutions, pools

    def forward(self, x):
        outputs = []
        for convolution, pool in zip(self.convolutions, self.pools):
            x = torch.relu(convolution(x))
            outputs.append(x)
            x = pool(x) if pool is not None else x
        return x, outputs


print(Features([8, 16], [2, 1])(torch.randn(1, 3, 8, 8))[0].shape)
