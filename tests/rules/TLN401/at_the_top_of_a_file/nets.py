"""Others take the class of this file; its own top level is run all the same."""

import torch


class Net(torch.nn.Module):
    def forward(self, x):
        return x


images = torch.load("images.pt")
b, h, w, c = images.shape
channels_first = images.view(b, c, h, w)  # TLN401
