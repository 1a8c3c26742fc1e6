"""The network is one of a file of the project, by a name that is not known: none there has Dropout or BatchNorm."""

import fields
import torch


def main(config, train_loader, val_loader):
    coarse = getattr(fields, config.coarse.type)(width=config.coarse.width)
    optimizer = torch.optim.Adam(coarse.parameters())
    for epoch in range(10):
        coarse.train()
        for points, colours in train_loader:
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(coarse(points), colours).backward()
            optimizer.step()
        total = 0.0
        with torch.no_grad():
            for points, colours in val_loader:
                total += torch.nn.functional.mse_loss(coarse(points), colours).item()
        print(epoch, total)
