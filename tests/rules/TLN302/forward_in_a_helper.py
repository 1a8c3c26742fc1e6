"""A pair of encoders held by a plain class: wrappers switch the mode, a helper runs the forward."""

import torch
from torch import nn


class Matcher:
    def __init__(self, size):
        self.left = nn.Sequential(nn.Linear(8, size), nn.BatchNorm1d(size))
        self.right = nn.Sequential(nn.Linear(6, size), nn.Dropout())
        self.params = list(self.left.parameters()) + list(self.right.parameters())
        self.optimizer = torch.optim.Adam(self.params)
        self.steps = 0

    def train_start(self):
        self.left.train()
        self.right.train()

    def val_start(self):
        self.left.eval()
        self.right.eval()

    def embed(self, a, b):
        return self.left(a), self.right(b)

    def update(self, a, b):
        self.steps += 1
        u, v = self.embed(a, b)
        self.optimizer.zero_grad()
        (1 - nn.functional.cosine_similarity(u, v)).mean().backward()
        self.optimizer.step()


def encode(matcher, loader):
    matcher.val_start()
    return [matcher.embed(a, b) for a, b in loader]


def validate(matcher, loader):
    found = encode(matcher, loader)
    return sum(nn.functional.cosine_similarity(u, v).mean().item() for u, v in found)


def train(matcher, loader, held_out):
    matcher.train_start()
    for a, b in loader:
        matcher.update(a, b)
        if matcher.steps % 50 == 0:
            print(validate(matcher, held_out))  # TLN302


def main():
    matcher = Matcher(4)
    pairs = [(torch.randn(5, 8), torch.randn(5, 6)) for _ in range(200)]
    for epoch in range(3):
        train(matcher, pairs, pairs[:10])
        print(epoch, validate(matcher, pairs[:10]))


main()
