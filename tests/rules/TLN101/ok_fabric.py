import torch
from lightning.fabric import Fabric
from torch.nn import functional as F


def main(model, dataloader):
    fabric = Fabric(accelerator="auto", devices=1)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    model, optimizer = fabric.setup(model, optimizer)
    loader = fabric.setup_dataloaders(dataloader)
    model.train()
    for x, y in loader:
        loss = F.cross_entropy(model(x), y)
        fabric.backward(loss)
        optimizer.step()
        optimizer.zero_grad()
