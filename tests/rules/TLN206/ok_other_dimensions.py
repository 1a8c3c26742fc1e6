import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader


class Pool(nn.Module):
    """Attention over the instances of a bag: dimension 0 is what is summed over."""

    def __init__(self):
        super().__init__()
        self.score = nn.Linear(64, 1)
        self.head = nn.Linear(64, 2)

    def forward(self, bag):
        weights = F.softmax(self.score(bag.view(-1, 64)), dim=0)
        return F.log_softmax(self.head((weights * bag).sum(0, keepdim=True)), dim=1)


class OneSample(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(64, 2)

    def forward(self, x):
        return F.log_softmax(self.head(x), dim=0)


class Raised(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(64, 2)

    def forward(self, x):
        return F.log_softmax(self.head(x.flatten()), dim=0).unsqueeze(0)


def fit(data, optimizer):
    pool, one, raised = Pool(), OneSample(), Raised()
    for bag, y in DataLoader(data, batch_size=1):
        F.nll_loss(pool(bag), y).backward()
        F.nll_loss(raised(bag), y).backward()
        optimizer.step()
        optimizer.zero_grad()
    for x, y in data:
        F.nll_loss(one(x), y).backward()
        optimizer.step()
        optimizer.zero_grad()


def act(policy, state):
    probabilities = F.softmax(policy(state), dim=0)
    return torch.distributions.Categorical(probabilities).sample()


def mixture(weights, losses):
    return (torch.softmax(weights, dim=0) * torch.stack(losses)).sum()


def last_word(logits, y):
    rows = [F.log_softmax(row, dim=0) for row in logits]
    return F.nll_loss(torch.stack(rows), y)


def sampled(query, key, loader, head):
    scores = F.gumbel_softmax(torch.bmm(query, key))
    for x, y in loader:
        weights = F.gumbel_softmax(head(x), 0)
        print(F.nll_loss(weights.log(), y), weights.argmax(1), scores)
