import torch
from torch import nn

layer = nn.Linear(4, 4)
layer.weight.requires_grad = False
layer.bias.requires_grad = False
for p in layer.parameters():
    p.requires_grad = True
layer.requires_grad_(False)
x = torch.zeros(3)
x.requires_grad = True
scale = nn.Parameter(torch.ones(3))
scale.requires_grad = False
for name, weight in layer.named_parameters():
    weight.requires_grad = name.endswith("bias")
