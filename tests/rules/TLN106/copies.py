import torch
from torch.autograd import Variable


def train(model, loader, optimizer, criterion):
    for x, y in loader:
        optimizer.zero_grad()
        loss = torch.tensor(criterion(model(x).argmax(1), y), requires_grad=True)  # TLN106
        loss.backward()
        optimizer.step()


def train_old(model, loader, optimizer, criterion):
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss = Variable(loss, requires_grad=True)  # TLN106
        loss.backward()
        optimizer.step()


class Trainer:
    def update(self, x, y):
        self.optimizer.zero_grad()
        loss = self.criterion(self.net(x), y).detach()
        loss.requires_grad_(True)  # TLN106
        loss.backward()
        self.optimizer.step()

    def update_data(self, x, y):
        self.optimizer.zero_grad()
        loss = self.criterion(self.net(x), y).data
        loss.requires_grad = True  # TLN106
        loss.backward()
        self.optimizer.step()
