import torch
from torch import nn


class Trainer:
    def __init__(self, phases):
        self.model = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5), nn.Linear(4, 2))
        self.optimizer = torch.optim.Adam(self.model.parameters())
        self.loaders = torch.load("train.pt"), torch.load("val.pt")
        self.phases = phases
        self.correct = 0

    def step(self, phase, batch):
        if phase == 0:
            self.learn(batch)
        else:
            with torch.no_grad():
                self.test(batch)

    def learn(self, batch):
        x, y = batch
        self.optimizer.zero_grad()
        nn.functional.cross_entropy(self.model(x), y).backward()
        self.optimizer.step()

    def test(self, batch):
        x, y = batch
        self.correct += (self.model(x).argmax(1) == y).sum().item()

    def epoch(self, training):
        self.model.train(training)
        for batch in self.loaders[0 if training else 1]:
            if training:
                for phase in range(self.phases):
                    self.step(phase, batch)
            else:
                self.step(-1, batch)

    def run(self):
        for _ in range(10):
            self.epoch(True)
            self.epoch(False)


if __name__ == "__main__":
    Trainer(int(input())).run()
