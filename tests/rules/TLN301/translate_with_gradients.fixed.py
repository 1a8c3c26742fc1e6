"""A translator that decodes greedily: no `no_grad` marks it, and the dropout of its GRU stays on."""

import torch
from torch import nn


class Coder(nn.Module):
    def __init__(self, words=12, hidden=8, dropout=0.0):
        super().__init__()
        self.embedding = nn.Embedding(words, hidden)
        self.rnn = nn.GRU(hidden, hidden, 2, dropout=dropout)
        self.out = nn.Linear(hidden, words)

    def forward(self, tokens, state=None):
        output, state = self.rnn(self.embedding(tokens), state)
        return self.out(output), state


def fit(coder, pairs):
    optimizer = torch.optim.Adam(coder.parameters())
    for source, target in pairs:
        optimizer.zero_grad()
        output, _ = coder(source)
        nn.functional.cross_entropy(output.flatten(0, 1), target.flatten()).backward()
        optimizer.step()


def translate(coder, tokens, steps=5):
    coder.eval()
    words = []
    _, state = coder(tokens)
    token = tokens[-1:]
    for _ in range(steps):
        output, state = coder(token, state)
        token = output.argmax(-1)
        words.append(token.item())
    return words


coder = Coder(dropout=0.5)
fit(coder, [(torch.randint(0, 12, (4, 1)), torch.randint(0, 12, (4, 1))) for _ in range(3)])
print(translate(coder, torch.tensor([[3], [5], [1]])))
