import torch.nn as nn
from layer import Net

net = Net(8)
for part in net.children():
    for parameter in part.parameters():
        nn.init.uniform_(parameter, -0.1, 0.1)
