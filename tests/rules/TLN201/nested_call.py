import torch
import torch.nn.functional as fn
from torch import nn

lenet = nn.Sequential(nn.Conv2d(1, 6, 5), nn.Tanh(), nn.AvgPool2d(4), nn.Flatten(), nn.Linear(216, 10))
opt = torch.optim.SGD(lenet.parameters(), lr=1e-2, momentum=0.9)

for _ in range(6):
    opt.zero_grad()
    image, digit = torch.rand(8, 1, 28, 28), torch.randint(10, (8,))
    loss = fn.cross_entropy(fn.softmax(lenet(image), dim=1), digit)  # TLN201
    loss.backward()
    opt.step()
