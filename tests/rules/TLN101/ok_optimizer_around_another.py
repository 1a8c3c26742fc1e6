"""An optimizer that adds noise to the gradients of the one it holds: its zero_grad() clears those as well."""
import torch
from torch import nn


class Noisy(torch.optim.Optimizer):
    def __init__(self, inner, noise):
        self.inner = inner
        self.noise = noise
        self.param_groups, self.defaults, self.state = inner.param_groups, inner.defaults, inner.state

    def zero_grad(self, set_to_none=True):
        self.inner.zero_grad(set_to_none)

    def step(self, closure=None):
        for group in self.param_groups:
            for weight in group["params"]:
                weight.grad.add_(torch.randn_like(weight.grad), alpha=self.noise)
        return self.inner.step(closure)


def one_epoch(model, optimizer, batches):
    for x, y in batches:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()


model = nn.Linear(32, 16)
noisy = Noisy(torch.optim.SGD(model.parameters(), lr=0.1), noise=0.01)
one_epoch(model, noisy, [(torch.randn(8, 32), torch.randint(0, 16, (8,))) for _ in range(20)])
