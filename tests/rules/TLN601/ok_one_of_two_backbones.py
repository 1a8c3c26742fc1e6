"""The dict holds what there is to choose from: the backbone that is chosen is an attribute of its own."""
import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self, kind, width):
        super().__init__()
        self.known = {
            "narrow": nn.Sequential(nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, width)),
            "wide": nn.Sequential(nn.Linear(32, 256), nn.ReLU(), nn.Linear(256, width)),
        }
        self.backbone = self._chosen(kind)

    def _chosen(self, kind):
        try:
            model = self.known[kind]
        except KeyError:
            raise ValueError(f"unknown backbone: {kind}") from None
        else:
            return model

    def forward(self, x):
        return self.backbone(x)


print(Encoder("wide", 8)(torch.randn(4, 32)).shape)
