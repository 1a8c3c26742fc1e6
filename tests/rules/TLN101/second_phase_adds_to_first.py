import torch
from torch import nn


def learn(policy, batches, extra):
    optimizer = torch.optim.Adam(policy.parameters(), lr=1e-3)
    for _ in range(10):
        for x, y in batches:
            optimizer.zero_grad()
            nn.functional.mse_loss(policy(x), y).backward()
            optimizer.step()
        for x, y in extra:
            nn.functional.l1_loss(policy(x), y).backward()
            optimizer.step()  # TLN101
            optimizer.zero_grad()


learn(nn.Linear(4, 1), [(torch.rand(8, 4), torch.rand(8, 1))], [(torch.rand(8, 4), torch.rand(8, 1))])
