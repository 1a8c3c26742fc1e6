import torch

from layers import CrossLook

print(CrossLook()(torch.randn(2, 3, 16), torch.randn(2, 5, 16)).shape)
