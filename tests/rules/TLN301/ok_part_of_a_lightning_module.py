"""The trainer sets the mode of all parts of a LightningModule, also of the copy."""

from copy import deepcopy

import pytorch_lightning as pl
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.drop, self.head = nn.Linear(8, 16), nn.Dropout(0.5), nn.Linear(16, 8)

    def forward(self, x):
        return self.head(self.drop(self.body(x)))


class Idempotent(pl.LightningModule):
    def __init__(self, net):
        super().__init__()
        self.net = net
        self.frozen = deepcopy(net)

    def losses(self, x):
        self.frozen.load_state_dict(self.net.state_dict())
        out = self.net(x)
        return nn.functional.l1_loss(out, x) + nn.functional.l1_loss(self.frozen(out), out)

    def training_step(self, batch, index):
        return self.losses(batch)

    def validation_step(self, batch, index):
        self.log("valid", self.losses(batch))

    def configure_optimizers(self):
        return torch.optim.Adam(self.net.parameters())


model = Idempotent(Net())
pl.Trainer(max_epochs=10).fit(model, torch.load("train.pt"), torch.load("valid.pt"))
