"""Only the BatchNorm layers stay in eval mode, and on purpose."""
import torch
from torch import nn


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU())
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(8, 4))

    def train(self, mode=True):
        super().train(mode)
        for m in self.backbone.modules():
            if isinstance(m, nn.BatchNorm2d):
                m.eval()
        return self

    def forward(self, x):
        return self.head(self.backbone(x).mean((2, 3)))


det = Detector()
opt = torch.optim.SGD(det.parameters(), lr=0.01)
for epoch in range(2):
    det.train()
    for x in torch.rand(4, 2, 3, 8, 8):
        opt.zero_grad()
        det(x).pow(2).mean().backward()
        opt.step()
    det.eval()
    with torch.no_grad():
        print(det(torch.rand(1, 3, 8, 8)))
