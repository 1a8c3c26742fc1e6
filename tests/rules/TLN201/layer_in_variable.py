import torch
from torch import nn

squash = nn.Softmax(dim=1)  # TLN201
hidden = nn.Linear(4, 20)
last = nn.Linear(20, 3)
iris_net = nn.Sequential(hidden, nn.Sigmoid(), last, squash)

cost = nn.CrossEntropyLoss()
opt = torch.optim.Rprop(iris_net.parameters())
petals = torch.rand(150, 4)
species = torch.arange(150) // 50
for i in range(200):
    opt.zero_grad()
    value = cost(iris_net(petals), species)
    value.backward()
    opt.step()
print(value.item())
