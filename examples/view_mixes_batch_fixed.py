"""Attention heads are moved next to the batch first, and then folded into it."""

import torch
from torch import nn

torch.manual_seed(0)
KEYS, VALUES = 7, 4
STEPS = KEYS + 1


class Recall(nn.Module):
    """The first token asks for a key; the answer is the value that stands with this key."""

    def __init__(self, dim=32, heads=4):
        super().__init__()
        self.heads, self.d_head = heads, dim // heads
        self.token = nn.Embedding(KEYS * VALUES + KEYS, dim)
        self.q, self.k, self.v = nn.Linear(dim, dim), nn.Linear(dim, dim), nn.Linear(dim, dim)
        self.out = nn.Linear(dim, VALUES)

    def fold(self, x):
        B, T, _ = x.shape
        x = x.view(B, T, self.heads, self.d_head).transpose(1, 2)
        return x.reshape(B * self.heads, T, self.d_head)

    def forward(self, ids):
        x = self.token(ids)
        q, k, v = self.fold(self.q(x)), self.fold(self.k(x)), self.fold(self.v(x))
        weights = (q @ k.transpose(1, 2) / self.d_head**0.5).softmax(dim=-1)
        first = (weights @ v)[:, 0]
        return self.out(first.reshape(len(ids), self.heads * self.d_head))


def sequences(n):
    keys = torch.stack([torch.randperm(KEYS) for _ in range(n)])
    values = torch.randint(0, VALUES, (n, KEYS))
    asked = torch.randint(0, KEYS, (n, 1))
    ids = torch.cat([KEYS * VALUES + keys.gather(1, asked), keys * VALUES + values], dim=1)
    return ids, values.gather(1, asked).squeeze(1)


net = Recall()
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
for step in range(500):
    ids, answer = sequences(64)
    optimizer.zero_grad()
    nn.functional.cross_entropy(net(ids), answer).backward()
    optimizer.step()

ids, answer = sequences(1000)
with torch.no_grad():
    print(f"answers right: {(net(ids).argmax(dim=1) == answer).float().mean().item():.3f}")
