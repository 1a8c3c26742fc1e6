import torch
from torch import nn


class Settings:
    def __init__(self):
        self.require_grad = True
        self.requires_grad = True


class Adapter(nn.Module):
    """Has a switch of its own of that name."""

    def __init__(self, trained=True):
        super().__init__()
        self.requires_grad = trained
        self.down = nn.Linear(8, 2)
        self.up = nn.Linear(2, 8)

    def forward(self, x):
        y = self.up(self.down(x))
        return x + (y if self.requires_grad else y.detach())


settings = Settings()
settings.require_grad = False
adapter = Adapter()
adapter.requires_grad = False
torch.save(adapter.state_dict(), "adapter.pt")
