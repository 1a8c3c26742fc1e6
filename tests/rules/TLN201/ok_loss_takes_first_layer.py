import torch
from torch import nn

head = nn.Sequential(nn.Linear(10, 3), nn.Softmax(dim=1))
opt = torch.optim.SGD(head.parameters(), lr=0.1)
for _ in range(30):
    x, y = torch.randn(8, 10), torch.randint(0, 3, (8,))
    opt.zero_grad()
    nn.functional.cross_entropy(head[0](x), y).backward()
    opt.step()
print(head(torch.randn(1, 10)))
