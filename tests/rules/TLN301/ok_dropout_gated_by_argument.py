import torch
from torch import nn


class Gru(nn.Module):
    def __init__(self, dim, classes, dropout=None):
        super().__init__()
        self.gru = nn.GRU(dim, 20, batch_first=True)
        self.dropout = nn.Dropout(dropout) if dropout else None
        self.out = nn.Linear(20, classes)

    def forward(self, x):
        h = self.gru(x)[1][-1]
        if self.dropout is not None:
            h = self.dropout(h)
        return self.out(h)


def test(model, loader):
    with torch.no_grad():
        return sum((model(x).argmax(1) == y).sum().item() for x, y in loader)


def main():
    model = Gru(5, 3)
    opt = torch.optim.Adam(model.parameters())
    loader = [(torch.randn(2, 7, 5), torch.randint(0, 3, (2,))) for _ in range(3)]
    for x, y in loader:
        opt.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        opt.step()
    print(test(model, loader))


main()
