"""log_softmax twice is log_softmax once: a wasted line, not a bug."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 4)
        self.softmax = nn.LogSoftmax(dim=1)

    def forward(self, x):
        return self.softmax(self.fc(x))


net, ce = Net(), nn.CrossEntropyLoss()
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(5):
    opt.zero_grad()
    ce(net(torch.randn(3, 8)), torch.randint(0, 4, (3,))).backward()
    opt.step()
