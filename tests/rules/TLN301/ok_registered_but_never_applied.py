import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.ff1, self.ff_out = nn.Linear(784, 64), nn.Linear(64, 10)
        # feel free to add them
        self.do = nn.Dropout()
        self.bn1 = nn.BatchNorm1d(64)

    def forward(self, x):
        return self.ff_out(torch.relu(self.ff1(x.double().float())))


net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
loader, test_loader = torch.load("loaders.pt")
for x, y in loader:
    optimizer.zero_grad()
    nn.functional.cross_entropy(net(x), y).backward()
    optimizer.step()


def test_eval():
    correct = 0
    for x, y in test_loader:
        correct += (net(x).argmax(1) == y).sum().item()
    return correct, sum(p.numel() for p in net.children())


print(test_eval())
