import torch
from torch import nn
from torch.cuda.amp import GradScaler

net = nn.Linear(16, 4).cuda()
opt = torch.optim.Adam(net.parameters())
scaler = GradScaler()

for _ in range(100):
    x, y = torch.randn(8, 16).cuda(), torch.randint(0, 4, (8,)).cuda()
    opt.zero_grad()
    with torch.autocast("cuda"):
        loss = nn.functional.cross_entropy(net(x), y)
    scaler.scale(loss).backward()
    scaler.step(opt)
    scaler.update()
