import torch
from torch import nn

gate = nn.Linear(3, 3)
opt = torch.optim.SGD(gate.parameters(), lr=0.1)
for _ in range(10):
    loss = nn.functional.cross_entropy(gate(torch.randn(4, 3)), torch.randint(0, 3, (4,)))
    opt.zero_grad()
    loss.backward  # TLN303
    opt.step()
