import torch
from torch import nn


def evaluate(model, batches, limit):
    """Restores train mode, but not when it stops early."""
    model.eval()
    right = seen = 0
    with torch.no_grad():
        for x, y in batches:
            right += (model(x).argmax(1) == y).sum().item()
            seen += len(y)
            if seen >= limit:
                return right / seen
    model.train()
    return right / seen


def main(limit=12):
    model = nn.Sequential(nn.Linear(6, 18), nn.BatchNorm1d(18), nn.ReLU(), nn.Linear(18, 3))
    opt = torch.optim.Adam(model.parameters())
    data = [(torch.randn(8, 6), torch.randint(0, 3, (8,))) for _ in range(6)]
    model.train()
    for step, (x, y) in enumerate(data * 3):
        opt.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        opt.step()
        if step % 6 == 5:
            print(step, evaluate(model, data, limit))  # TLN302


main()
