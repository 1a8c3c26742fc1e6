import torch
from torch import nn

published = nn.Sequential(nn.Linear(50, 20), nn.ReLU(), nn.Linear(20, 8), nn.Softmax(dim=1))
trainable = nn.Sequential(*list(published.children())[:-1])
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(trainable.parameters(), lr=1e-2)

for _ in range(10):
    optimizer.zero_grad()
    criterion(trainable(torch.randn(4, 50)), torch.randint(0, 8, (4,))).backward()
    optimizer.step()
