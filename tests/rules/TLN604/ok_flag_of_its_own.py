from torch import nn


class Colours(nn.Conv2d):
    def __init__(self):
        super().__init__(3, 3, kernel_size=1)
        self.requires_grad = False

    def forward(self, x):
        x = super().forward(x)
        return x if self.requires_grad else x.detach()
