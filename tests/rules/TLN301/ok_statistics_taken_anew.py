"""The statistics of BatchNorm are thrown away and taken anew: that has to run in train mode, and its answers are lost."""

import torch
from torch import nn


class Trainer:
    def __init__(self, model, optimizer):
        self.model, self.optimizer = model, optimizer
        self.loss = nn.CrossEntropyLoss()

    def forward(self, loader, training, steps=None):
        total = 0.0
        for step, (images, labels) in enumerate(loader):
            if steps is not None and step >= steps:
                break
            loss = self.loss(self.model(images), labels)
            if training:
                self.optimizer.zero_grad()
                loss.backward()
                self.optimizer.step()
            total += loss.item()
        return total

    def train(self, loader):
        self.model.train()
        return self.forward(loader, training=True)

    def validate(self, loader):
        self.model.eval()
        with torch.no_grad():
            return self.forward(loader, training=False)

    def calibrate(self, loader, steps=None):
        for layer in self.model.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.momentum = None
                layer.reset_running_stats()
        self.model.train()
        with torch.no_grad():
            return self.forward(loader, training=False, steps=steps)


def main(train_loader, val_loader):
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.LazyLinear(10))
    trainer = Trainer(model, torch.optim.SGD(model.parameters(), lr=0.1))
    for epoch in range(10):
        trainer.train(train_loader)
    trainer.calibrate(train_loader, 200)
    print(trainer.validate(val_loader))
