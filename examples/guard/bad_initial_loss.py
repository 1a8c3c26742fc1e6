"""Fluxes of stars in their physical unit, about 1e4, go into a network that expects numbers about 1."""

import torch
from torch import nn

import torchlint

torch.manual_seed(0)
BANDS, TYPES = 12, 5
spectra = 1e4 * torch.rand(TYPES, BANDS)


def stars(count):
    kind = torch.randint(0, TYPES, (count,))
    return spectra[kind] * (1 + 0.2 * torch.randn(count, BANDS)), kind


model = nn.Sequential(nn.Linear(BANDS, 64), nn.ReLU(), nn.Linear(64, TYPES))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
criterion = nn.CrossEntropyLoss()

with torchlint.guard(model) as guard:
    for step in range(100):
        flux, kind = stars(64)
        optimizer.zero_grad()
        loss = criterion(model(flux), kind)
        if step == 0:
            print(f"first loss: {loss.item():.1f}")
        loss.backward()
        optimizer.step()

print(f"last loss: {loss.item():.2f}")
