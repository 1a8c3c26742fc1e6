"""One loop for both phases: what the test phase computed, with gradients, is not what training steps on."""

import torch
from torch import nn


class Runner:
    def __init__(self, net, loaders):
        self.net = net
        self.loaders = loaders
        self.optimizer = torch.optim.Adam(net.parameters())
        self.criterion = nn.CrossEntropyLoss()

    def run(self, epochs):
        for epoch in range(epochs):
            for phase in ["train", "test"]:
                if phase == "train":
                    self.net.train()
                else:
                    self.net.eval()
                for images, labels in self.loaders[phase]:
                    self.optimizer.zero_grad()
                    loss = self.criterion(self.net(images), labels)
                    if phase == "train":
                        loss.backward()
                        self.optimizer.step()


data = [(torch.randn(4, 6), torch.randint(0, 3, (4,)))]
Runner(nn.Sequential(nn.Linear(6, 8), nn.Dropout(), nn.Linear(8, 3)), {"train": data, "test": data}).run(3)
