"""The masks lose their batch, and so do the features: there is one image at a time."""
import torch
from torch import nn


class Matching(nn.Module):
    def __init__(self):
        super().__init__()
        self.convs = nn.Sequential(nn.Conv2d(512, 256, 3, 1, 1), nn.ReLU(), nn.Conv2d(256, 32, 3, 1, 1))

    def forward(self, x, masks):
        b, c, h, w = x.size()
        x = x.view(c, -1)
        centred = x.clone()
        for mask in masks:
            inside = mask.squeeze(0).view(-1).nonzero().squeeze(1)
            chosen = torch.index_select(x, 1, inside)
            centred.index_copy_(1, inside, chosen - chosen.mean(1, keepdim=True))
        features = self.convs(centred.view(b, c, h, w))
        b, c, h, w = features.size()
        features = features.view(c, -1)
        return features.mm(features.t())
