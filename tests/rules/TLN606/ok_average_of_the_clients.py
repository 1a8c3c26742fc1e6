"""The weights of the server are handed out; then each entry of the dict gets the average of the clients instead."""

import torch
from torch import nn


def train_clients(clients, loaders, server):
    for client, loader in zip(clients, loaders):
        optimizer = torch.optim.SGD(client.parameters(), lr=0.01)
        for x, y in loader:
            optimizer.zero_grad()
            near = sum(((p - q.detach()) ** 2).sum() for p, q in zip(client.parameters(), server.parameters()))
            (nn.functional.cross_entropy(client(x), y) + 0.01 * near + 0 * server(x).sum()).backward()
            optimizer.step()


def federated(server, clients, loaders, rounds):
    for _ in range(rounds):
        weights = server.state_dict()
        for client in clients:
            client.load_state_dict(weights)
        train_clients(clients, loaders, server)
        for n, client in enumerate(clients):
            own = client.state_dict()
            for key in own:
                if n == 0:
                    weights[key] = own[key] / len(clients)
                else:
                    weights[key] += own[key] / len(clients)
        server.load_state_dict(weights)
