import torch
from accelerate import Accelerator
from torch import nn


def update(optimizer):
    optimizer.step()


def in_a_helper(net, batches):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for x, y in batches:
        optimizer.zero_grad()
        nn.functional.mse_loss(net(x), y).backward()
        update(optimizer)


def under_a_condition(net, batches, warm):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for number, (x, y) in enumerate(batches):
        optimizer.zero_grad()
        nn.functional.mse_loss(net(x), y).backward()
        if number > warm:
            optimizer.step()


def by_hand(net, batches):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for x, y in batches:
        optimizer.zero_grad()
        nn.functional.mse_loss(net(x), y).backward()
        for parameter in net.parameters():
            parameter.data.sub_(0.1 * parameter.grad)


def by_something_else(net, batches, engine):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for x, y in batches:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(net(x), y)
        loss.backward()
        engine.apply_gradients(optimizer)


def by_a_wrapper(net, batches, lookahead):
    optimizer = lookahead(torch.optim.SGD(net.parameters(), lr=0.1))
    for x, y in batches:
        optimizer.zero_grad()
        nn.functional.mse_loss(net(x), y).backward()
        optimizer.optimizer_step()


def in_a_list(nets, batches):
    optimizers = [torch.optim.SGD(net.parameters(), lr=0.1) for net in nets]
    for x, y in batches:
        for net, optimizer in zip(nets, optimizers):
            optimizer.zero_grad()
            nn.functional.mse_loss(net(x), y).backward()
        for optimizer in optimizers:
            optimizer.step()


def prepared(net, batches):
    accelerator = Accelerator()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    net, optimizer = accelerator.prepare(net, optimizer)
    for x, y in batches:
        optimizer.zero_grad()
        accelerator.backward(nn.functional.mse_loss(net(x), y))
        optimizer.step()
