import torch
from torch import nn

classifier = nn.Sequential(
    nn.Linear(30, 64),
    nn.ReLU(),
    nn.Dropout(0.2),
    nn.Linear(64, 5),
)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(classifier.parameters(), lr=1e-3)

for epoch in range(3):
    for _ in range(10):
        readings, state = torch.randn(16, 30), torch.randint(0, 5, (16,))
        optimizer.zero_grad()
        loss = criterion(classifier(readings), state)
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
