"""Each call of the network says how much is dropped: nothing in the test."""
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden, self.head = nn.Linear(32, 64), nn.Linear(64, 4)

    def forward(self, x, drop):
        return self.head(nn.Dropout(drop)(torch.relu(self.hidden(x))))


net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
batches = [(torch.randn(8, 32), torch.randint(0, 4, (8,))) for _ in range(20)]
for _ in range(5):
    for x, y in batches:
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x, 0.5), y).backward()
        optimizer.step()
    with torch.no_grad():
        correct = 0
        for x_test, y_test in batches[:5]:
            correct += (net(x_test, 0.0).argmax(1) == y_test).sum().item()
    print(correct)
