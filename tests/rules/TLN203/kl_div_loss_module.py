import torch
from torch import nn


class LabelSmoothing(nn.Module):
    def __init__(self, size, smoothing=0.1):
        super().__init__()
        self.criterion = nn.KLDivLoss(reduction="sum")
        self.size, self.smoothing = size, smoothing

    def forward(self, x, target):
        goal = torch.full_like(x, self.smoothing / (self.size - 1))
        goal.scatter_(1, target.unsqueeze(1), 1 - self.smoothing)
        return self.criterion(x, goal)


class Generator(nn.Module):
    def __init__(self, dim, vocab):
        super().__init__()
        self.proj = nn.Linear(dim, vocab)

    def forward(self, h):
        return torch.softmax(self.proj(h), dim=-1)  # TLN203


generator, smooth = Generator(16, 30), LabelSmoothing(30)
opt = torch.optim.Adam(generator.parameters())
for _ in range(4):
    opt.zero_grad()
    smooth(generator(torch.randn(5, 16)), torch.randint(0, 30, (5,))).backward()
    opt.step()
