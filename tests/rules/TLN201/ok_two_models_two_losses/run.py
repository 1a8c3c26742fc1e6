import torch
from torch import nn

from nets import Gate, Namer

gate, namer = Gate(), Namer()
criterion = nn.CrossEntropyLoss()
opt = torch.optim.Adam([*gate.parameters(), *namer.parameters()])
prior = torch.full((4,), 0.25)
for _ in range(6):
    x, y = torch.randn(5, 7), torch.randint(0, 11, (5,))
    share = gate(x)
    balance = nn.functional.kl_div(share.clamp_min(1e-8).log(), prior.expand_as(share), reduction="batchmean")
    loss = criterion(namer(x), y) + 0.1 * balance
    opt.zero_grad()
    loss.backward()
    opt.step()
