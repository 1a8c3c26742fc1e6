# The layers of a network are asked by methods of its own: their mode is that of the network.
import numpy as np
import torch
from torch import nn


class AutoEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU())
        self.decoder = nn.Sequential(nn.Conv2d(8, 1, 3, padding=1), nn.Sigmoid())

    def forward(self, x):
        return self.decoder(self.encode(x))

    def encode(self, x):
        return self.encoder(x)

    def reconstruct(self, x):
        return self.decoder(self.encoder(x))


def features(test_loader, checkpoint):
    model = AutoEncoder()
    model.load_state_dict(torch.load(checkpoint))
    found = []
    with torch.no_grad():
        for image, _ in test_loader:
            found.append(model.encode(image).flatten(1).numpy())  # TLN301
    return np.concatenate(found)


def train(loader, val_loader):
    model = AutoEncoder()
    optimizer = torch.optim.Adam(model.parameters())
    for epoch in range(10):
        model.train()
        for image, _ in loader:
            optimizer.zero_grad()
            nn.functional.mse_loss(model.reconstruct(image), image).backward()
            optimizer.step()
        with torch.no_grad():
            for image, _ in val_loader:
                print(nn.functional.mse_loss(model.reconstruct(image), image))  # TLN301
