import torch
from torch import nn


def save(path, model: nn.Module, optimizer: torch.optim.Optimizer, epoch):
    torch.save(
        {
            "epoch": epoch,
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict,  # TLN303
        },
        path,
    )
