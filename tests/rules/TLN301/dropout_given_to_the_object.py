import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self, width, dropout=0.0):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        self.linear = nn.Linear(width, width)

    def forward(self, x):
        return self.dropout(self.linear(x))


def run(train_data, test_data):
    model = Block(8, dropout=0.2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(3):
        for x, y in train_data:
            optimizer.zero_grad()
            F.mse_loss(model(x), y).backward()
            optimizer.step()
        with torch.no_grad():
            for x, y in test_data:
                print(F.mse_loss(model(x), y))  # TLN301


run([(torch.rand(4, 8), torch.rand(4, 8))], [(torch.rand(4, 8), torch.rand(4, 8))])
