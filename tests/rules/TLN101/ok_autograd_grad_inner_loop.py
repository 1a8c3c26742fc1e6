"""First-order MAML: the inner loop works on copies and asks autograd.grad for gradients."""
import torch
import torch.nn.functional as F
from torch.func import functional_call


def outer_loop(model, tasks, inner_lr=0.01, inner_steps=3):
    meta = torch.optim.Adam(model.parameters(), lr=1e-3)
    for support, query in tasks:
        fast = dict(model.named_parameters())
        for _ in range(inner_steps):
            loss = F.cross_entropy(functional_call(model, fast, support[0]), support[1])
            grads = torch.autograd.grad(loss, list(fast.values()))
            fast = {k: v - inner_lr * g for (k, v), g in zip(fast.items(), grads)}
        meta.zero_grad()
        F.cross_entropy(functional_call(model, fast, query[0]), query[1]).backward()
        meta.step()
