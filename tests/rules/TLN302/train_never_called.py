import torch
from torch import nn


class Rating(nn.Module):
    def __init__(self, users=40, films=60, dim=16):
        super().__init__()
        self.u, self.f = nn.Embedding(users, dim), nn.Embedding(films, dim)
        self.mlp = nn.Sequential(nn.Linear(2 * dim, 16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 1))

    def forward(self, u, f):
        return self.mlp(torch.cat([self.u(u), self.f(f)], dim=1)).squeeze(1)


def rmse(model, loader):
    model.eval()
    with torch.no_grad():
        se = torch.cat([(model(u, f) - r) ** 2 for u, f, r in loader])
    return se.mean().sqrt().item()


def main():
    batches = [(torch.randint(0, 40, (8,)), torch.randint(0, 60, (8,)), torch.rand(8) * 5) for _ in range(5)]
    model = Rating()
    opt = torch.optim.Adam(model.parameters(), lr=1e-2)
    for epoch in range(3):
        for u, f, r in batches:
            opt.zero_grad()
            nn.functional.mse_loss(model(u, f), r).backward()
            opt.step()
        print(epoch, rmse(model, batches))  # TLN302


main()
