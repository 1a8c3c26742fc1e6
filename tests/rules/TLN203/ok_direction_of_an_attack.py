"""Of the loss only the sign of its gradient is used: in which direction the picture is to be changed."""

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(784, 10)

    def forward(self, x):
        return self.fc(x.flatten(1))


def attack(net, image, label, epsilon):
    image.requires_grad = True
    loss = F.nll_loss(net(image), label)
    net.zero_grad()
    loss.backward()
    direction = image.grad.data.sign()
    return (image + epsilon * direction).clamp(0, 1)


changed = attack(Net(), torch.rand(1, 1, 28, 28), torch.tensor([3]), 0.1)
