"""Dropout stands behind an option of the command line that is on unless somebody turns it off."""

import argparse

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--dropout", default=0.5, type=float)
parser.add_argument("--batch-norm", action="store_true")
parser.add_argument("--norm", default="none", choices=["none", "batch"])


class Critic(nn.Module):
    def __init__(self, width, dropout, batch_norm, norm):
        super().__init__()
        layers = [nn.Linear(8, width)]
        if batch_norm:
            layers.append(nn.BatchNorm1d(width))
        if norm == "batch" and not batch_norm:
            layers.append(nn.BatchNorm1d(width))
        layers.append(nn.ReLU())
        if dropout > 0:
            layers.append(nn.Dropout(p=dropout))
        self.body = nn.Sequential(*layers, nn.Dropout(dropout))
        self.head = nn.Linear(width, 1)

    def forward(self, x):
        return self.head(self.body(x))


def check_accuracy(critic, loader):
    right = 0
    with torch.no_grad():
        for x, y in loader:
            right += ((critic(x) > 0) == y).sum().item()  # TLN301
    return right


def main(args):
    critic = Critic(16, args.dropout, args.batch_norm, args.norm)
    optimizer = torch.optim.Adam(critic.parameters())
    loader = [(torch.randn(4, 8), torch.ones(4, 1))]
    for _ in range(3):
        critic.train()
        for x, y in loader:
            optimizer.zero_grad()
            nn.functional.binary_cross_entropy_with_logits(critic(x), y).backward()
            optimizer.step()
        print(check_accuracy(critic, loader))


if __name__ == "__main__":
    main(parser.parse_args())
