"""What is called evaluate gives back the output, for the loss of the training and for the validation alike."""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, 16), nn.Dropout(), nn.Linear(16, 2))

    def forward(self, x):
        return self.body(x)


def evaluate_standard(model, x):
    lengths = x.sum(1)
    out = model.forward(x)
    return out + 0 * lengths.mean()


model = Net()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters())
batches = [(torch.randn(4, 8), torch.zeros(4, dtype=torch.long))]
for epoch in range(3):
    model.train()
    for x, y in batches:
        outputs = evaluate_standard(model, x)
        optimizer.zero_grad()
        loss = criterion(outputs, y)
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        for x, y in batches:
            print(criterion(evaluate_standard(model, x), y).item())
