"""The branch is the wrong way round: probabilities in training, scores in use."""
import torch
from torch import nn
from torch.nn import functional as F


class Grapes(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(11, 6)

    def forward(self, x):
        x = self.fc(x)
        if self.training:
            return F.softmax(x, dim=1)  # TLN201
        return x


net = Grapes()
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(9):
    net.train()
    opt.zero_grad()
    F.cross_entropy(net(torch.randn(7, 11)), torch.randint(0, 6, (7,))).backward()
    opt.step()
