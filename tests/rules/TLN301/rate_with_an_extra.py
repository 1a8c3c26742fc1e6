"""The rate grows with the depth from 0.3 on: that `growth` is 0 unless somebody asks for more is no rate of 0."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, growth=0.0):
        super().__init__()
        self.hidden = nn.Linear(32, 64)
        self.drop = nn.Dropout(0.3 + growth)
        self.out = nn.Linear(64, 4)

    def forward(self, x):
        return self.out(self.drop(self.hidden(x)))


def evaluate(net, batches):
    right = 0
    with torch.no_grad():
        for x, y in batches:
            right += (net(x).argmax(1) == y).sum().item()  # TLN301
    return right


net = Net()
net.load_state_dict(torch.load("net.pt"))
print(evaluate(net, [(torch.randn(8, 32), torch.randint(0, 4, (8,))) for _ in range(5)]))
