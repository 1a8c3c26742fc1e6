"""The layer that is told to learn makes way for a new one, which learns anyway."""
import sys

import torch
import torchvision
from torch import nn

if __name__ == "__main__":
    model = torchvision.models.resnet34(weights="DEFAULT")
    if "--freeze" in sys.argv:
        for param in model.parameters():
            param.requires_grad = False
        model.fc.requires_grad = True
    model.fc = nn.Linear(model.fc.in_features, 10)
    optimizer = torch.optim.Adam(model.parameters())
