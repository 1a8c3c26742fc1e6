"""A script that tests on held-out data by hand, with gradients on and dropout at work."""

import torch
from torch import nn

features = torch.tensor([[i % 7, i % 5, i % 3, i % 2] for i in range(120)]).float()
labels = torch.tensor([(i % 7 + i % 5) % 2 for i in range(120)])
X_train, X_test = features[:100], features[100:]
y_train, y_test = labels[:100], labels[100:]
test_loader = [(X_test[i : i + 5], y_test[i : i + 5]) for i in range(0, 20, 5)]

net = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Dropout(0.5), nn.Linear(32, 2))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)

for epoch in range(3):
    for i in range(0, 100, 10):
        loss = criterion(net(X_train[i : i + 10]), y_train[i : i + 10])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

right = 0
for i, (x, y) in enumerate(test_loader):
    right += (net(x).argmax(1) == y).sum().item()  # TLN301
print(right / 20)

noise = 0.1 * torch.randn(5, 4)
for x, y in test_loader:
    noisy = x + noise
    print(net(noisy).softmax(1).max())  # TLN301

predicted = torch.max(net(X_test[0:10]), 1)[1]  # TLN301
print((predicted == y_test[0:10]).float().mean())
