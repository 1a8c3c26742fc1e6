"""The list of cells and the module that is made of it have one name."""
import torch
from torch import nn


class Stack(nn.Module):
    def __init__(self, depth, width):
        super().__init__()
        self.cells = [nn.Linear(width, width) for _ in range(depth)]
        if depth > 2:
            self.cells = [nn.Linear(width, width, bias=False) for _ in range(depth)]
        self.cells = nn.ModuleList(self.cells)

    def forward(self, x):
        for cell in self.cells:
            x = cell(x)
        return x[:, :10]


model = Stack(2, 16)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(3):
    optimizer.zero_grad()
    x, y = torch.randn(20, 16), torch.randint(0, 10, (20,))
    criterion(model(x), y).backward()
    optimizer.step()
