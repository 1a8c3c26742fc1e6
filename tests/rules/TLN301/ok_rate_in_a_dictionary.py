"""The only settings that are seen have no dropout; a library calls the training with them."""

import torch
from ray import tune
from torch import nn


class Autoencoder(nn.Module):
    def __init__(self, width, dropout):
        super().__init__()
        layers = [nn.Linear(8, width), nn.ReLU()]
        if dropout > 0:
            layers.append(nn.Dropout(dropout))
        self.net = nn.Sequential(*layers, nn.Linear(width, 8))

    def forward(self, x):
        return self.net(x)


def train(config):
    model = Autoencoder(config["width"], config["dropout"])
    optimizer = torch.optim.Adam(model.parameters())
    batches = [torch.randn(4, 8)]
    for epoch in range(config["epochs"]):
        for x in batches:
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x), x).backward()
            optimizer.step()
        val_loss = 0.0
        for x in batches:
            with torch.no_grad():
                val_loss += nn.functional.mse_loss(model(x), x).item()
        tune.report(loss=val_loss)


config = {"width": tune.grid_search([8, 16]), "dropout": 0.0, "epochs": 3}
tune.run(train, config=config)
