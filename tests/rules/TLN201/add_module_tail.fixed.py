import torch
from torch import nn


def build(sizes):
    net = nn.Sequential()
    for k, (a, b) in enumerate(zip(sizes, sizes[1:])):
        net.add_module(f"fc{k}", nn.Linear(a, b))
        net.add_module(f"act{k}", nn.SELU())
    net.add_module("out", nn.Linear(sizes[-1], 3))
    return net


def main():
    net = build([9, 32, 16])
    xent = nn.CrossEntropyLoss()
    sgd = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(40):
        x, y = torch.randn(24, 9), torch.randint(0, 3, (24,))
        sgd.zero_grad()
        xent(net(x), y).backward()
        sgd.step()


if __name__ == "__main__":
    main()
