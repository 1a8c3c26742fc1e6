"""Checks of what a training is fed with: each bug, and what looks like it."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

from guard.programs import CLASSES, Net, batch, codes, healthy_step, train, watch
from torchlint.runtime.findings import RuntimeFinding


def feed(batches: Callable[[], tuple[torch.Tensor, torch.Tensor]], steps: int = 8) -> list[RuntimeFinding]:
    torch.manual_seed(0)
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

    def program() -> None:
        for _ in range(steps):
            healthy_step(model, optimizer, *batches())

    return watch(program, model)


# ------------------------------------------------------------------ TLN705


def test_the_first_batch_of_a_loader_in_each_step() -> None:
    loader = DataLoader(TensorDataset(*batch(128)), batch_size=32)
    (found,) = feed(lambda: next(iter(loader)))
    assert (found.code, found.severity, found.step) == ("TLN705", "warning", 3)
    # the same tensors, drawn once
    first = next(iter(loader))
    assert codes(feed(lambda: first)) == ["TLN705"]


def test_the_same_rows_in_each_step() -> None:
    x, y = batch(128)
    rows = torch.arange(32)
    assert codes(feed(lambda: (x[rows], y[rows]))) == ["TLN705"]


def test_all_data_at_once_is_healthy() -> None:
    x, y = batch(32)
    assert feed(lambda: (x, y)) == []
    loader = DataLoader(TensorDataset(x, y), batch_size=32)
    assert feed(lambda: next(iter(loader))) == []

    # a batch that is written into, as people with pinned memory do
    def refilled() -> tuple[torch.Tensor, torch.Tensor]:
        fresh, labels = batch(32)
        return x.copy_(fresh), labels

    other = DataLoader(TensorDataset(*batch(128)), batch_size=32)
    assert feed(refilled) == []
    assert len(other) == 4


def test_blank_inputs() -> None:
    (found,) = feed(lambda: (torch.zeros(32, 6), batch()[1]))
    assert (found.code, found.step) == ("TLN705", 3)
    assert "all samples" in found.message


def test_labels_of_one_class() -> None:
    (found,) = feed(lambda: (batch()[0], torch.ones(32, dtype=torch.long)))
    assert (found.code, found.step) == ("TLN705", 1)
    assert found.evidence["label"] == 1


def test_labels_of_a_contrastive_loss_and_rare_classes_are_healthy() -> None:
    def contrast(model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor) -> None:
        one, other = (F.normalize(model(x + 0.1 * torch.randn_like(x))) for _ in range(2))
        positive = (one * other).sum(1, keepdim=True)
        logits = torch.cat([positive, one @ torch.randn(CLASSES, 64)], 1) / 0.5
        optimizer.zero_grad()
        F.cross_entropy(logits, torch.zeros(len(x), dtype=torch.long)).backward()
        optimizer.step()

    assert train(contrast, 8) == []

    def rare(model: nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, y: torch.Tensor) -> None:
        healthy_step(model, optimizer, x, torch.zeros_like(y).index_fill(0, torch.tensor(3), 2))

    assert train(rare, 8) == []


# ------------------------------------------------------------------ TLN701


def test_a_sampler_that_is_not_told_the_epoch() -> None:
    def run(set_epoch: bool, shuffle: bool = True) -> list[RuntimeFinding]:
        torch.manual_seed(0)
        model, data = Net(), TensorDataset(*batch(64))
        sampler = DistributedSampler(data, num_replicas=2, rank=0, shuffle=shuffle)
        loader = DataLoader(data, batch_size=8, sampler=sampler)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.05)

        def program() -> None:
            for epoch in range(30):
                if set_epoch:
                    sampler.set_epoch(epoch)
                for x, y in loader:
                    healthy_step(model, optimizer, x, y)

        return watch(program, model)

    (found,) = run(set_epoch=False)
    assert (found.code, found.severity, found.step) == ("TLN701", "warning", 8)
    assert run(set_epoch=True) == []
    assert run(set_epoch=False, shuffle=False) == []


def test_the_sampler_is_put_back() -> None:
    original = DistributedSampler.__iter__
    feed(batch, steps=1)
    assert DistributedSampler.__iter__ is original
