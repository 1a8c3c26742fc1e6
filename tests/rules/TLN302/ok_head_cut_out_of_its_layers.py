"""What a network cuts out of its own layers, `self.layers[:-2]`, is nothing unknown: no Dropout, no BatchNorm."""
import torch
from torch import nn


class Policy(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.layers = nn.Sequential()
        for i in range(len(widths) - 1):
            self.layers.add_module(f"linear{i}", nn.Linear(widths[i], widths[i + 1]))
            if i < len(widths) - 2:
                self.layers.add_module(f"relu{i}", nn.ReLU())
        self.first, self.last = self.layers[:-2], self.layers[-2:]

    def forward(self, x):
        return self.last(self.first(x))


def rollout(policy, x):
    policy.eval()
    with torch.no_grad():
        return policy(x).sum().item()


policy = Policy([8, 32, 32, 2])
optimizer = torch.optim.Adam(policy.parameters())
policy.train()
for step in range(100):
    optimizer.zero_grad()
    nn.functional.mse_loss(policy(torch.randn(16, 8)), torch.zeros(16, 2)).backward()
    optimizer.step()
    print(rollout(policy, torch.randn(1, 8)))
