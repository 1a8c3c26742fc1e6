"""Of the loss only the gradient at the picture is used: in which direction it is to be changed."""

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


def attack_in_steps(net, image, label, epsilon):
    for _ in range(10):
        image.grad = None
        loss = F.nll_loss(net(image), label)
        loss.backward()
        image = torch.clamp(image - epsilon * image.grad.data, 0, 1)
        image.retain_grad()
    return image


changed = attack(Net(), torch.rand(1, 1, 28, 28), torch.tensor([3]), 0.1)
slowly = attack_in_steps(Net(), torch.rand(1, 1, 28, 28, requires_grad=True), torch.tensor([3]), 0.1)
