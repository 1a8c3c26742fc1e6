"""The generator of a GAN draws its samples as it was trained: with the statistics of the batch."""

import numpy as np
import torch
from torch import nn
from torch.autograd import Variable


class Generator(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.size = size
        self.net = nn.Sequential(nn.Linear(size, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 784))

    def forward(self, z):
        return self.net(z)

    def sample(self, n):
        with torch.no_grad():
            return self(torch.randn(n, self.size).to("cuda"))


@torch.no_grad()
def inference(path):
    network = Generator(100)
    network.load_state_dict(torch.load(path))
    drawn = torch.tensor(np.random.normal(size=(32, 100))).float()
    return network(drawn.cuda()) / 2 + 0.5


def infer(path):
    cuda = torch.cuda.is_available()
    Tensor = torch.cuda.FloatTensor if cuda else torch.FloatTensor
    network = Generator(100)
    network.load_state_dict(torch.load(path))
    z = Variable(Tensor(np.random.normal(0, 1, (32, 100))))
    return network(z).data[:25]


pictures = inference("generator.pt"), infer("generator.pt")
