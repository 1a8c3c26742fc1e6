"""The second step is taken from where the first began: it is one step of the sum of both gradients."""
import torch
from torch import nn


class Learner:
    def __init__(self, net, weight):
        self.net, self.weight = net, weight
        self.optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

    def observe(self, x, y, anchors):
        before = {name: value.clone() for name, value in self.net.state_dict().items()}
        self.optimizer.zero_grad()
        loss = nn.functional.cross_entropy(self.net(x), y)
        loss.backward()
        self.optimizer.step()
        with torch.no_grad():
            moved = self.net(anchors)
        self.net.load_state_dict(before)
        drift = self.weight * (moved - self.net(anchors)).pow(2).mean()
        drift.backward()
        self.optimizer.step()
        return loss.item() + drift.item()


learner = Learner(nn.Linear(4, 2), 0.1)
for _ in range(10):
    learner.observe(torch.randn(8, 4), torch.zeros(8, dtype=torch.long), torch.randn(2, 4))
