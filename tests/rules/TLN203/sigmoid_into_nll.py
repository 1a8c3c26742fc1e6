import torch
from torch import nn
import torch.nn.functional as F


class Bilinear(nn.Module):
    def __init__(self):
        super().__init__()
        self.pair = nn.Bilinear(5, 5, 3)

    def forward(self, a, b):
        scores = self.pair(a, b)
        return torch.sigmoid(scores)  # TLN203


relation = Bilinear()
opt = torch.optim.Adam(relation.parameters())
for _ in range(5):
    a, b, r = torch.randn(6, 5), torch.randn(6, 5), torch.randint(0, 3, (6,))
    opt.zero_grad()
    F.nll_loss(relation(a, b), r).backward()
    opt.step()
