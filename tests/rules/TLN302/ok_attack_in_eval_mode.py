"""Each batch is attacked in the mode that the last epoch left behind; the network itself learns in train mode. The
attack gives back no gradients, and a copy that is stepped meanwhile is another network.
"""

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 16, 3)
        self.norm = nn.BatchNorm2d(16)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        return self.head(F.relu(self.norm(self.conv(x))).mean((2, 3)))


class WeightAttack:
    def __init__(self, copy, optimizer):
        self.copy, self.optimizer = copy, optimizer

    def direction(self, model, images, labels):
        self.copy.load_state_dict(model.state_dict())
        self.copy.train()
        loss = -F.cross_entropy(self.copy(images), labels)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return [new - old for new, old in zip(self.copy.parameters(), model.parameters())]


def attack(model, images, labels, radius=8 / 255, steps=10):
    worst_loss = torch.zeros(len(labels))
    worst = torch.zeros_like(images)
    delta = torch.empty_like(images).uniform_(-radius, radius)
    delta.requires_grad = True
    for _ in range(steps):
        loss = F.cross_entropy(model(images + delta), labels)
        loss.backward()
        delta.data = (delta + radius / 4 * delta.grad.sign()).clamp(-radius, radius)
        delta.grad.zero_()
    losses = F.cross_entropy(model(images + delta), labels, reduction="none")
    worst[losses >= worst_loss] = delta.detach()[losses >= worst_loss]
    return worst


def main(train_loader, test_loader, adversarial_weights=True):
    model, copy = Net(), Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    copy_optimizer = torch.optim.SGD(copy.parameters(), lr=0.01)
    weights = WeightAttack(copy, copy_optimizer)
    for epoch in range(30):
        for images, labels in train_loader:
            attacked = images + attack(model, images, labels)
            model.train()
            if adversarial_weights:
                print(len(weights.direction(model, attacked, labels)))
            loss = F.cross_entropy(model(attacked), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        model.eval()
        right = 0
        for images, labels in test_loader:
            attacked = images + attack(model, images, labels)
            right += (model(attacked).argmax(1) == labels).sum().item()
        print(epoch, right)
