"""An autoencoder whose encoder alone is run over the test data, with BatchNorm in train mode."""

import torch
from torch import nn


class AutoEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(8, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 2))
        self.decoder = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 8))

    def forward(self, x):
        return self.decoder(self.encoder(x))


data = torch.rand(40, 8)
train_loader, test_loader = data[:32].split(8), data[32:].split(4)

model = AutoEncoder()
optimizer = torch.optim.Adam(model.parameters())
for epoch in range(3):
    model.train()
    for x in train_loader:
        loss = nn.functional.l1_loss(model(x), x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

codes = []
for i, x in enumerate(test_loader):
    code = model.encoder(x)  # TLN301
    codes.append(code.detach())
print(torch.cat(codes).shape)
