"""`eval` without parentheses does nothing: the price of the same house is another one each time."""

import torch
from torch import nn

torch.manual_seed(0)
true_prices = torch.tensor([3.0, 1.5, -0.5, 2.0])


def houses(n):
    x = torch.rand(n, 4)
    return x, (x @ true_prices).unsqueeze(1)


model = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Dropout(0.5), nn.Linear(64, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
model.train()
for _ in range(400):
    x, price = houses(64)
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), price)
    loss.backward()
    optimizer.step()

model.eval
with torch.no_grad():
    house, _ = houses(1)
    offers = torch.cat([model(house) for _ in range(100)])
print(f"100 offers for the same house: from {offers.min().item():.2f} to {offers.max().item():.2f}")
