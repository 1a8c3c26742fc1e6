import torch
from torch import nn
from torch.nn import functional as F


class CopyNet(nn.Module):
    """A mixture of copying and writing has to be mixed as probabilities."""

    def __init__(self, dim=10, vocab=20):
        super().__init__()
        self.write = nn.Linear(dim, vocab)
        self.gate = nn.Linear(dim, 1)

    def forward(self, h, copy):
        g = torch.sigmoid(self.gate(h))
        return g * F.softmax(self.write(h), dim=1) + (1 - g) * copy


net = CopyNet()
opt = torch.optim.Adam(net.parameters())
for _ in range(5):
    h, copy = torch.randn(3, 10), torch.rand(3, 20).softmax(1)
    loss = F.nll_loss(torch.log(net(h, copy) + 1e-12), torch.randint(0, 20, (3,)))
    opt.zero_grad()
    loss.backward()
    opt.step()
