import copy

import torch
from torch import nn


def batch(model, optimizer, x, y):
    optimizer.zero_grad()
    nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()


def new_network_each_fold(folds):
    for fold in folds:
        model = nn.Linear(8, 2)
        optimizer = torch.optim.Adam(model.parameters())
        for x, y in fold:
            batch(model, optimizer, x, y)


def one_network_over_folds(model, folds):
    for fold in folds:
        optimizer = torch.optim.Adam(model.parameters())
        for x, y in fold:
            batch(model, optimizer, x, y)


def weights_are_reset(model, loader, start):
    for seed in range(5):
        model.load_state_dict(start)
        optimizer = torch.optim.Adam(model.parameters())
        for x, y in loader:
            batch(model, optimizer, x, y)


def rate_decays(model, loader):
    rate = 0.1
    for epoch in range(10):
        optimizer = torch.optim.Adam(model.parameters(), lr=rate)
        for x, y in loader:
            batch(model, optimizer, x, y)
        rate *= 0.9


def rate_of_the_epoch(model, loader):
    for epoch in range(10):
        optimizer = torch.optim.Adam(model.parameters(), lr=0.1 * 0.9**epoch)
        for x, y in loader:
            batch(model, optimizer, x, y)


def rates_are_compared(model, loader, rates):
    for rate in rates:
        optimizer = torch.optim.Adam(model.parameters(), lr=rate)
        for x, y in loader:
            batch(model, optimizer, x, y)


def nothing_to_lose(model, loader):
    for epoch in range(10):
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        for x, y in loader:
            batch(model, optimizer, x, y)


def copies_learn(model, clients, loader):
    for client in range(clients):
        local = copy.deepcopy(model)
        optimizer = torch.optim.Adam(local.parameters())
        for x, y in loader:
            batch(local, optimizer, x, y)


def some_epochs_only(model, loader):
    optimizer = torch.optim.Adam(model.parameters())
    for epoch in range(10):
        if epoch == 5:
            for parameter in model.parameters():
                parameter.requires_grad = True
            optimizer = torch.optim.Adam(model.parameters())
        for x, y in loader:
            batch(model, optimizer, x, y)


def tasks_in_turn(model, tasks, sets):
    for task in tasks:
        optimizer = torch.optim.Adam(model.parameters())
        for x, y in sets[task]:
            batch(model, optimizer, x, y)


def runs(model, loader):
    for run in range(3):
        model.reset_parameters()
        optimizer = torch.optim.Adam(model.parameters())
        for epoch in range(100):
            for x, y in loader:
                batch(model, optimizer, x, y)


def each_in_turn(loader):
    for model in (nn.Linear(8, 2), nn.Linear(8, 2)):
        optimizer = torch.optim.Adam(model.parameters())
        for x, y in loader:
            batch(model, optimizer, x, y)


def each_by_number(models, loader):
    for number in range(len(models)):
        optimizer = torch.optim.Adam(models[number].parameters())
        for x, y in loader:
            batch(models[number], optimizer, x, y)
