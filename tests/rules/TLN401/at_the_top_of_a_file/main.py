import torch
from nets import Net

print(Net()(torch.randn(2, 3)))
