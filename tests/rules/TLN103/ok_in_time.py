import torch
from torch import nn


def accumulate(model, loader, optimizer, every=4):
    for i, (x, y) in enumerate(loader):
        nn.functional.mse_loss(model(x), y).backward()
        if (i + 1) % every == 0:
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()


def clip_each_backward(model, loader, optimizer):
    for i, (x, y) in enumerate(loader):
        nn.functional.mse_loss(model(x), y).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        if i % 2:
            optimizer.step()
            optimizer.zero_grad()


def clip_later_for_the_log(model, loader, optimizer):
    for x, y in loader:
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        print(nn.utils.clip_grad_norm_(model.parameters(), 1.0))


class Agent:
    def learn(self, batch):
        self.compute_gradients(batch)
        nn.utils.clip_grad_norm_(self.net.parameters(), 0.5)
        self.optimizer.step()
        self.optimizer.zero_grad()
