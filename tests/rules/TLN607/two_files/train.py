import torch
from prompt import Prompt

net = Prompt(4, 32)
print(net.prompt.shape, net.prompt.norm())
optimizer = torch.optim.Adam(net.parameters())
for x in torch.randn(10, 8, 6, 32):
    optimizer.zero_grad()
    net(x).square().mean().backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimizer.step()
