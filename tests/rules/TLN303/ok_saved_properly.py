import copy
import io

import torch
from torch import nn

net = nn.Linear(4, 2)
opt = torch.optim.Adam(net.parameters())
buffer = io.BytesIO()
torch.save(net.state_dict(), buffer)
torch.save({"net": net.state_dict(), "opt": opt.state_dict(), "whole": net}, io.BytesIO())
best = copy.deepcopy(net.state_dict())
net.load_state_dict(best)
print(callable(net.state_dict), hasattr(net, "eval"), net.eval is not None)
