import torch
from torch import nn
from torchvision.models import vgg16


def freeze(network, count):
    for layer in list(network.children())[:count]:
        layer.requires_grad = False  # TLN604


def unfreeze_norms(network):
    for name, part in network.named_modules():
        if isinstance(part, nn.BatchNorm2d):
            part.requires_grad = True  # TLN604


model = vgg16(weights="DEFAULT")
for p in model.parameters():
    p.requires_grad = False
model.classifier[6].requires_grad = True  # TLN604
freeze(model, 2)
unfreeze_norms(model)
optimizer = torch.optim.SGD((p for p in model.parameters() if p.requires_grad), lr=1e-3)
