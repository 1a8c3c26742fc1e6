import torch.nn as nn
from engine import compare, validate
from plots import scatter

net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))


def run(loader):
    print(validate(net, loader, nn.CrossEntropyLoss()))
    compare(net, loader, scatter)
