"""Two optimizers over the parts of one network; clearing the network clears both."""
import torch
from torch import nn


class TwoTower(nn.Module):
    def __init__(self, users, items, dim=24):
        super().__init__()
        self.user = nn.Embedding(users, dim, sparse=True)
        self.item = nn.Linear(items, dim)

    def forward(self, u, feats):
        return (self.user(u) * self.item(feats)).sum(-1)


model = TwoTower(50, 10)
sparse = torch.optim.SparseAdam(model.user.parameters(), lr=1e-2)
dense = torch.optim.Adam(model.item.parameters(), lr=1e-3)
for _ in range(15):
    model.zero_grad()
    score = model(torch.randint(0, 50, (20,)), torch.randn(20, 10))
    nn.functional.binary_cross_entropy_with_logits(score, torch.randint(0, 2, (20,)).float()).backward()
    sparse.step()
    dense.step()
