"""Eval mode is set by a context manager, a decorator, or by names that are put together."""

import functools
import sys

import torch
from torch import nn

batches = [(torch.randn(4, 8), torch.zeros(4, dtype=torch.long))]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, 16), nn.BatchNorm1d(16), nn.Dropout(), nn.Linear(16, 3))

    def forward(self, x):
        return self.body(x)


def step(model, optimizer, x, y):
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()


class Evaluating:
    def __init__(self, *models):
        self.models = models

    def __enter__(self):
        self.before = [model.training for model in self.models]
        for model in self.models:
            model.train(False)

    def __exit__(self, *error):
        for model, mode in zip(self.models, self.before):
            model.train(mode)


def with_a_class():
    net = Net()
    optimizer = torch.optim.Adam(net.parameters())
    for epoch in range(3):
        for x, y in batches:
            step(net, optimizer, x, y)
        with Evaluating(net), torch.no_grad():
            for x, y in batches:
                print((net(x).argmax(1) == y).sum().item())


class Agent:
    def __init__(self):
        self.actor = Net()
        self.optimizer = torch.optim.Adam(self.actor.parameters())

    def train(self, training=True):
        self.training = training
        self.actor.train(training)

    def act(self, x):
        with torch.no_grad():
            return self.actor(x).argmax(1)

    def update(self, x, y):
        step(self.actor, self.optimizer, x, y)


def with_an_agent():
    agent = Agent()
    agent.train()
    for epoch in range(3):
        with Evaluating(agent):
            for x, y in batches:
                agent.act(x)
        for x, y in batches:
            agent.update(x, y)


def in_eval_mode(function):
    @functools.wraps(function)
    def wrapped(model, *args):
        mode = model.training
        model.eval()
        result = function(model, *args)
        model.train(mode)
        return result

    return wrapped


@in_eval_mode
@torch.no_grad()
def accuracy(model):
    return sum((model(x).argmax(1) == y).sum().item() for x, y in batches)


def with_a_decorator():
    net = Net()
    optimizer = torch.optim.Adam(net.parameters())
    for epoch in range(3):
        for x, y in batches:
            step(net, optimizer, x, y)
        print(accuracy(net))


class Trainer:
    def __init__(self):
        self.net_a, self.net_b = Net(), Net()
        self.optimizer = torch.optim.Adam(self.net_a.parameters())
        self.names = ["a", "b"]

    def eval(self):
        for name in self.names:
            net = getattr(self, "net_" + name)
            net.eval()

    def train(self):
        for name in self.names:
            net = getattr(self, "net_" + name)
            net.train()

    def test(self):
        with torch.no_grad():
            for x, y in batches:
                print((self.net_a(x).argmax(1) == y).sum().item())

    def fit(self):
        for epoch in range(3):
            self.train()
            for x, y in batches:
                step(self.net_a, self.optimizer, x, y)
            self.eval()
            self.test()


def run(net, optimizer, mode):
    getattr(net, mode)()
    with torch.set_grad_enabled(mode == "train"):
        for x, y in batches:
            loss = nn.functional.cross_entropy(net(x), y)
            if mode == "train":
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()


def by_the_name_of_the_mode():
    net = Net()
    optimizer = torch.optim.Adam(net.parameters())
    for epoch in range(3):
        for mode in sys.argv[1:]:
            run(net, optimizer, mode)
        run(net, optimizer, "train")
        run(net, optimizer, "eval")


class ByItsAttributes:
    def __init__(self):
        self.net = Net()
        self.optimizer = torch.optim.Adam(self.net.parameters())

    def mode(self, training):
        for value in vars(self).values():
            if isinstance(value, nn.Module):
                value.train(training)

    def fit(self):
        for epoch in range(3):
            self.mode(True)
            for x, y in batches:
                step(self.net, self.optimizer, x, y)
            self.mode(False)
            with torch.no_grad():
                for x, y in batches:
                    print((self.net(x).argmax(1) == y).sum().item())


class ByARegister:
    def __init__(self):
        self.net, self.other = Net(), Net()
        self.optimizer = torch.optim.Adam(self.net.parameters())
        self.register = {}
        self.add("net", self.net)

    def add(self, name, model):
        self.register[name] = model

    def models(self):
        yield self.other

    def mode(self, training):
        for name in self.register:
            self.register[name].train(training)
        for model in self.models():
            model.train(training)

    def fit(self):
        for epoch in range(3):
            self.mode(True)
            for x, y in batches:
                step(self.net, self.optimizer, x, y)
                step(self.other, self.optimizer, x, y)
            self.mode(False)
            with torch.no_grad():
                for x, y in batches:
                    print((self.net(x).argmax(1) == y).sum().item(), self.other(x))


def through_functions():
    one, two, three = Net(), Net(), Net()
    optimizer = torch.optim.Adam([*one.parameters(), *two.parameters(), *three.parameters()])
    for epoch in range(3):
        for x, y in batches:
            step(one, optimizer, x, y)
            step(two, optimizer, x, y)
            step(three, optimizer, x, y)
        nn.Module.eval(one)
        two.apply(lambda part: part.eval())
        list(map(nn.Module.eval, [three]))
        with torch.no_grad():
            for x, y in batches:
                print(one(x), two(x), three(x))
        nn.Module.train(one)
        two.apply(lambda part: part.train())
        list(map(nn.Module.train, [three]))


ByItsAttributes().fit()
ByARegister().fit()
through_functions()
with_a_class()
with_an_agent()
with_a_decorator()
Trainer().fit()
by_the_name_of_the_mode()
