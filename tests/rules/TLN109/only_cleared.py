import torch
from torch import nn

net = nn.Sequential(nn.Linear(20, 50), nn.ReLU(), nn.Linear(50, 3))
criterion = nn.CrossEntropyLoss()
sgd = torch.optim.SGD(net.parameters(), lr=0.1)

for epoch in range(10):
    for _ in range(100):
        x, y = torch.randn(16, 20), torch.randint(3, (16,))
        sgd.zero_grad()
        loss = criterion(net(x), y)
        loss.backward()  # TLN109
    print(epoch, loss.item(), loss.grad_fn)
