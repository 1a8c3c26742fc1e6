import torch
from torch import nn

net = nn.Sequential(
    nn.Conv2d(1, 4, 3),
    nn.BatchNorm2d(4, track_running_stats=False, affine=True),
    nn.ReLU(),
    nn.Dropout2d(p=0.0),
    nn.Flatten(),
    nn.Linear(144, 2),
)
opt = torch.optim.Adam(net.parameters())
for x, y in [(torch.rand(3, 1, 8, 8), torch.randint(0, 2, (3,))) for _ in range(4)]:
    opt.zero_grad()
    nn.functional.cross_entropy(net(x), y).backward()
    opt.step()

with torch.no_grad():
    for x in torch.rand(3, 3, 1, 8, 8):
        print(net(x).softmax(1))
