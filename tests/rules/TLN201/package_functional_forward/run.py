import torch

from hydro import RiverNet
from hydro.training.loop import fit

net = RiverNet()
data = [(torch.randn(6, 30, 3), torch.randint(0, 4, (6,))) for _ in range(4)]
fit(net, data, torch.optim.Adam(net.parameters(), lr=1e-3))
