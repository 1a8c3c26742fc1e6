"""What clears the gradients stands around the step: a decorator, a hook of the optimizer, a callback."""

import functools

import torch
from torch import nn

batches = [(torch.randn(4, 8), torch.zeros(4, dtype=torch.long))] * 3


def cleared(method):
    @functools.wraps(method)
    def inner(self, *args):
        self.optimizer.zero_grad()
        return method(self, *args)

    return inner


class Trainer:
    def __init__(self):
        self.net = nn.Linear(8, 3)
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.1)

    @cleared
    def step(self, x, y):
        nn.functional.cross_entropy(self.net(x), y).backward()
        self.optimizer.step()


trainer = Trainer()
for x, y in batches:
    trainer.step(x, y)

net = nn.Linear(8, 3)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
optimizer.register_step_post_hook(lambda optimizer, args, kwargs: optimizer.zero_grad())
for x, y in batches:
    nn.functional.cross_entropy(net(x), y).backward()
    optimizer.step()


class WithCallbacks:
    def __init__(self, callbacks):
        self.callbacks = callbacks
        self.net = nn.Linear(8, 3)
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.1)

    def fit(self):
        for x, y in batches:
            nn.functional.cross_entropy(self.net(x), y).backward()
            self.optimizer.step()
            for callback in self.callbacks:
                callback.on_step_end(self)


def fit(callbacks):
    WithCallbacks(callbacks).fit()
