import torch
from torch import nn


class Solver:
    def __init__(self):
        self.nets = {
            "body": nn.Sequential(nn.Linear(7, 14), nn.BatchNorm1d(14), nn.ReLU()),
            "head": nn.Sequential(nn.Dropout(0.3), nn.Linear(14, 2)),
        }
        params = [p for net in self.nets.values() for p in net.parameters()]
        self.opt = torch.optim.Adam(params)

    def train_start(self):
        for net in self.nets.values():
            net.train()

    def val_start(self):
        for net in self.nets.values():
            net.eval()

    def forward(self, x):
        return self.nets["head"](self.nets["body"](x))

    def epoch(self, loader):
        self.train_start()
        for x, y in loader:
            self.opt.zero_grad()
            nn.functional.cross_entropy(self.forward(x), y).backward()
            self.opt.step()

    def validate(self, loader):
        self.val_start()
        with torch.no_grad():
            return [(self.forward(x).argmax(1) == y).float().mean().item() for x, y in loader]


solver = Solver()
data = [(torch.randn(5, 7), torch.randint(0, 2, (5,))) for _ in range(3)]
for _ in range(2):
    solver.epoch(data)
    print(solver.validate(data))
