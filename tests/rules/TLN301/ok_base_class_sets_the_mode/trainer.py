import torch
from base import Base
from torch import nn


class Trainer(Base):
    def step(self, phase, batch):
        if phase == 0:
            self.learn(batch)
        else:
            with torch.no_grad():
                self.test(batch)

    def learn(self, batch):
        x, y = batch
        (model,) = self.models
        self.optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        self.optimizer.step()

    def test(self, batch):
        x, y = batch
        model = self.models[0]
        self.correct += (model(x).argmax(1) == y).sum().item()
