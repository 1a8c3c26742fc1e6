"""A test of what the library refuses: gradients that nobody clears."""

import unittest

import pytest
import torch
from torch import nn


def train(model, optimizer, loader, clear=True):
    for x, y in loader:
        if clear:
            optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()


class TrainingTest(unittest.TestCase):
    def test_without_clearing(self):
        model = nn.Linear(4, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        loader = [(torch.randn(2, 4), torch.randn(2, 1))]
        with self.assertRaises(ValueError):
            train(model, optimizer, loader, clear=False)


def test_in_pytest():
    model = nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    with pytest.raises(RuntimeError, match="gradients"):
        for _ in range(3):
            nn.functional.mse_loss(model(torch.randn(2, 4)), torch.randn(2, 1)).backward()
            optimizer.step()
