"""Weights in bfloat16, sums in float32."""
import torch
from torch import nn

net = nn.Linear(16, 4).to(torch.bfloat16)
total, n = 0.0, 0
with torch.no_grad():
    for x in torch.randn(20, 8, 16).to(torch.bfloat16):
        out = net(x) + net.bias
        total += out.float().pow(2).sum().item()
        n += out.numel()
residual = torch.zeros(8, 4, dtype=torch.bfloat16)
residual = residual + out
print(total / n, residual.shape)
