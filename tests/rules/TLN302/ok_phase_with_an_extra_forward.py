"""The extra forward also runs in the validation phase, with gradients that nobody uses."""
import sys

import torch
from torch import nn


def shifted(model, x):
    x = x.clone().requires_grad_()
    model(x).norm().backward()
    return (x + 0.01 * x.grad.sign()).detach()


def fit(model, loaders, optimizer, adversarial):
    for _ in range(5):
        for phase in ["train", "val"]:
            if phase == "train":
                model.train(True)
            else:
                model.train(False)
            for n, (x, y) in enumerate(loaders[phase]):
                optimizer.zero_grad()
                if phase == "val":
                    with torch.no_grad():
                        outputs = model(x)
                else:
                    outputs = model(x)
                if adversarial > 0 and n % 10 == 0:
                    moved = model(shifted(model, x))
                loss = nn.functional.cross_entropy(outputs, y)
                if adversarial > 0 and n % 10 == 0:
                    loss = loss + adversarial * nn.functional.cross_entropy(moved, y)
                if phase == "train":
                    loss.backward()
                    optimizer.step()


model = nn.Sequential(nn.Linear(32, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 4))
batches = [(torch.randn(8, 32), torch.randint(0, 4, (8,))) for _ in range(20)]
fit(model, {"train": batches, "val": batches[:5]}, torch.optim.Adam(model.parameters()), float(len(sys.argv)))
