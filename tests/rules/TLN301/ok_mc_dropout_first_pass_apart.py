"""Monte Carlo dropout: the first pass stands before the loop over the others."""
import torch
from torch import nn

net = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, 3))
net.load_state_dict(torch.load("net.pt"))


def bald(model, loader, passes):
    model.train()
    scores = []
    with torch.no_grad():
        for x, _ in loader:
            p = torch.softmax(model(x), 1)
            total, entropy = p, -(p * p.log()).sum(1)
            for _ in range(passes - 1):
                p = torch.softmax(model(x), 1)
                total = total + p
                entropy = entropy - (p * p.log()).sum(1)
            mean = total / passes
            scores.append(-(mean * mean.log()).sum(1) - entropy / passes)
    return torch.cat(scores)


test_loader = [(torch.randn(4, 8), torch.zeros(4)) for _ in range(5)]
print(bald(net, test_loader, 20).topk(3))
