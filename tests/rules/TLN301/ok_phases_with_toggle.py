import torch
from torch import nn

net = nn.Sequential(nn.Linear(4, 10), nn.Dropout(0.2), nn.Linear(10, 2))
opt = torch.optim.SGD(net.parameters(), lr=0.1)
data = {phase: [(torch.randn(3, 4), torch.randint(0, 2, (3,))) for _ in range(3)] for phase in ("train", "valid")}
for epoch in range(2):
    for phase in data:
        if phase == "train":
            net.train()
        else:
            net.eval()
        for x, y in data[phase]:
            with torch.set_grad_enabled(phase == "train"):
                loss = nn.functional.cross_entropy(net(x), y)
            if phase == "train":
                opt.zero_grad()
                loss.backward()
                opt.step()
            else:
                print(loss.item())
