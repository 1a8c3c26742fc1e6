import torch
from torch import nn
from torchvision import models


def train(model, optimizer, loader):
    for x, y in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()


def replaced_first(loader):
    model = models.resnet18()
    model.fc = nn.Linear(512, 2)
    train(model, torch.optim.SGD(model.parameters(), lr=0.1), loader)


def a_new_optimizer(loader):
    model = models.resnet18()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    train(model, optimizer, loader)
    model.fc = nn.Linear(512, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    train(model, optimizer, loader)


def a_new_group(loader):
    model = models.resnet18()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model.fc = nn.Linear(512, 2)
    optimizer.add_param_group({"params": model.fc.parameters()})
    train(model, optimizer, loader)


def without_weights(loader):
    model = models.resnet18()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    model.fc = nn.Identity()
    model.relu = nn.ReLU()
    train(model, optimizer, loader)


def another_network(loader):
    model, teacher = models.resnet18(), models.resnet18()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    teacher.fc = nn.Linear(512, 2)
    train(model, optimizer, loader)


class Trainer:
    def __init__(self, loader):
        self.model = models.resnet18()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.1)
        self.teacher = nn.Linear(3, 3)
        train(self.model, self.optimizer, loader)
