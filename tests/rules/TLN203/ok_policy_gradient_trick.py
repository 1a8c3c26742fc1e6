"""NLLLoss without reduction picks log-probabilities of the actions taken."""
import torch
from torch import nn
from torch.nn import functional as F

policy = nn.Linear(4, 3)
opt = torch.optim.Adam(policy.parameters())
for _ in range(10):
    s, a, advantage = torch.randn(8, 4), torch.randint(0, 3, (8,)), torch.randn(8)
    logits = policy(s)
    probs = F.softmax(logits, dim=1)
    entropy = -(probs * F.log_softmax(logits, dim=1)).sum(1).mean()
    picked = F.nll_loss(F.log_softmax(logits, dim=1), a, reduction="none")
    loss = (picked * advantage).mean() - 0.01 * entropy
    opt.zero_grad()
    loss.backward()
    opt.step()
