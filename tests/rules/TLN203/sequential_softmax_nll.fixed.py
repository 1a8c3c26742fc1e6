import torch
from torch import nn

digits = nn.Sequential(
    nn.Flatten(),
    nn.Linear(64, 128),
    nn.ReLU(),
    nn.Linear(128, 10),
    nn.LogSoftmax(dim=1),
)
criterion = nn.NLLLoss()
optimizer = torch.optim.SGD(digits.parameters(), lr=0.003, momentum=0.9)
for e in range(5):
    images, labels = torch.rand(16, 1, 8, 8), torch.randint(0, 10, (16,))
    optimizer.zero_grad()
    loss = criterion(digits(images), labels)
    loss.backward()
    optimizer.step()
