import torch
from torch import nn, optim


def train(batches, epochs=5):
    autoenc = nn.Sequential(nn.Linear(20, 4), nn.ReLU(), nn.Linear(4, 20))
    optimizer = optim.RMSprop(autoenc.parameters(), lr=1e-3)
    for epoch in range(epochs):
        for x in batches:
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(autoenc(x), x)
            loss.backward()
            optimizer.step()
        print(epoch, loss.item())


train(torch.rand(4, 8, 20))
