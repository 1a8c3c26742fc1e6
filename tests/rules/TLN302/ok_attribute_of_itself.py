"""The attribute is moved to the GPU by an assignment to itself: it is the same network, without Dropout or BatchNorm."""

import torch
from torch import nn


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv2d(3, 8, 3, padding=1)
        self.up = nn.Conv2d(8, 3, 3, padding=1)

    def forward(self, x):
        return self.up(torch.relu(self.down(x)))


class Denoiser:
    def __init__(self, params, trainable):
        self.p = params
        self.trainable = trainable
        self._compile()

    def _compile(self):
        if self.p.noise == "mc":
            self.is_mc = True
            self.model = UNet()
        else:
            self.model = UNet()
        if self.trainable:
            self.optim = torch.optim.Adam(self.model.parameters())
            self.loss = nn.MSELoss()
        if torch.cuda.is_available():
            self.model = self.model.cuda()

    def eval(self, loader):
        self.model.train(False)
        total = 0.0
        for x, y in loader:
            total += self.loss(self.model(x), y).item()
        return total

    def train(self, train_loader, valid_loader):
        self.model.train(True)
        for epoch in range(10):
            for x, y in train_loader:
                loss = self.loss(self.model(x), y)
                self.optim.zero_grad()
                loss.backward()
                self.optim.step()
            print(self.eval(valid_loader))
