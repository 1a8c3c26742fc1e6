import torch
from torch import nn


class Backbone(nn.Module):
    def __init__(self, block):
        super().__init__()
        self.stem = nn.Linear(16, 64)
        self.norm = nn.BatchNorm1d(64)
        self.block = block(64, 64)

    def forward(self, x):
        return self.block(self.norm(self.stem(x)))


def wide_backbone(pretrained=False):
    backbone = Backbone(nn.Linear)
    if pretrained:
        backbone.load_state_dict(torch.hub.load_state_dict_from_url("https://example.org/wide.pt"))
    return backbone
