import torch
from torch import nn
from torchvision.models import resnet18


class Student(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(8, 2)
        self._teacher = [nn.Linear(8, 2)]
        self.critics = [resnet18().eval(), resnet18().eval()]
        self.frozen = [nn.Linear(8, 2).requires_grad_(False), nn.Linear(8, 2).requires_grad_(False)]

    def forward(self, x):
        with torch.no_grad():
            target = self._teacher[0](x)
        return self.head(x), target
