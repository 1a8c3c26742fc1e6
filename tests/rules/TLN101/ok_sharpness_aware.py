"""The wrapping optimizer shares its parameters with the one that it steps with, and clears them."""

import torch
from torch import nn


class SharpnessAware(torch.optim.Optimizer):
    def __init__(self, params, base, rho=0.05, **options):
        super().__init__(params, dict(rho=rho, **options))
        self.base_optimizer = base(self.param_groups, **options)
        self.param_groups = self.base_optimizer.param_groups

    @torch.no_grad()
    def climb(self, zero_grad=False):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self.state[p]["moved"] = p.grad * 0.05
                    p.add_(self.state[p]["moved"])
        if zero_grad:
            self.zero_grad()

    @torch.no_grad()
    def descend(self, zero_grad=False):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.sub_(self.state[p]["moved"])
        self.base_optimizer.step()
        if zero_grad:
            self.zero_grad()


net = nn.Linear(5, 2)
optimizer = SharpnessAware(net.parameters(), torch.optim.SGD, lr=0.1)
criterion = nn.CrossEntropyLoss()
for _ in range(3):
    for x, y in [(torch.randn(4, 5), torch.randint(0, 2, (4,)))]:
        optimizer.zero_grad()
        criterion(net(x), y).backward()
        optimizer.climb(zero_grad=True)
        criterion(net(x), y).backward()
        optimizer.descend()
