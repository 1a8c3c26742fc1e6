import torch
import torch.nn as nn
from torch.nn import CrossEntropyLoss


class SoilNet(nn.Module):
    def __init__(self, bands=12, kinds=8):
        super().__init__()
        self.lin1 = nn.Linear(bands, 40)
        self.lin2 = nn.Linear(40, kinds)

    def forward(self, spectrum):
        h = torch.relu(self.lin1(spectrum))
        return self.lin2(h).softmax(dim=1)  # TLN201


def fit(net, loader, optimizer, loss_func=CrossEntropyLoss()):
    for spectrum, kind in loader:
        optimizer.zero_grad()
        loss = loss_func(net(spectrum), kind)
        loss.backward()
        optimizer.step()


def main():
    net = SoilNet()
    loader = [(torch.rand(10, 12), torch.randint(0, 8, (10,))) for _ in range(3)]
    fit(net, loader, torch.optim.Adam(net.parameters()))


main()
