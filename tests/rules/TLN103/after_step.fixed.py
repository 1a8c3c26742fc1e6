import torch
from torch import nn

model = nn.LSTM(4, 8)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)

for epoch in range(10):
    for _ in range(50):
        out, _ = model(torch.randn(12, 3, 4))
        loss = out.pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
