import torch
from torch import nn
from torch.nn import functional as F

mlp = nn.Sequential(nn.Flatten(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))


def sgd_fit(xb, yb, rate=0.1, rounds=50):
    for _ in range(rounds):
        loss = F.cross_entropy(mlp(xb), yb)
        loss.backward()
        with torch.no_grad():
            for p in mlp.parameters():
                p -= rate * p.grad  # TLN101
    return loss.item()


print(sgd_fit(torch.randn(128, 8, 8), torch.randint(0, 10, (128,))))
