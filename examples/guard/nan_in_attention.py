"""Sentences of different length, padded with zeros; one of them is empty.

All of its positions are masked, and the softmax over nothing but -inf is NaN. The guard names the module and the
operation; without it the loss prints as nan from that step on, and every weight with it.
"""

import torch
from torch import nn

import torchlint

torch.manual_seed(0)
WORDS, WIDTH, LENGTH = 40, 32, 12


class Pooling(nn.Module):
    def __init__(self):
        super().__init__()
        self.score = nn.Linear(WIDTH, 1)

    def forward(self, states, mask):
        scores = self.score(states).squeeze(-1).masked_fill(~mask, float("-inf"))
        return torch.einsum("bt,btd->bd", scores.softmax(dim=1), states)


class Sentiment(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(WORDS, WIDTH, padding_idx=0)
        self.pooling = Pooling()
        self.head = nn.Linear(WIDTH, 2)

    def forward(self, tokens):
        return self.head(self.pooling(self.embedding(tokens), tokens != 0))


def batch(shortest):
    lengths = torch.randint(shortest, LENGTH + 1, (32,))
    tokens = torch.randint(1, WORDS, (32, LENGTH)).masked_fill(torch.arange(LENGTH) >= lengths[:, None], 0)
    return tokens, (tokens > WORDS // 2).sum(1).gt(lengths / 2).long()


model = Sentiment()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
criterion = nn.CrossEntropyLoss()

with torchlint.guard(model):
    for step in range(60):
        # the first shards of the data have no empty sentence
        tokens, label = batch(shortest=1 if step < 20 else 0)
        optimizer.zero_grad()
        loss = criterion(model(tokens), label)
        loss.backward()
        optimizer.step()

print(f"last loss: {loss.item():.3f}")
