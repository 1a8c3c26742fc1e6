import torch
import torch.nn as nn

from model import GaitNet
from solver import solve


def main():
    net = GaitNet()
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-4)
    steps = [(torch.randn(4, 6, 50), torch.randint(0, 5, (4,))) for _ in range(5)]
    solve(net, steps, nn.CrossEntropyLoss(), optimizer)


if __name__ == "__main__":
    main()
