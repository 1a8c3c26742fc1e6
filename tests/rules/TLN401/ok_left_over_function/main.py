import torch
from windows import Windows

print(Windows(2)(torch.randn(2, 4, 4, 3)).shape)
