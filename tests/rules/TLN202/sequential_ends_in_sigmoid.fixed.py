import torch
from torch import nn

churn = nn.Sequential(
    nn.Linear(18, 32),
    nn.ReLU(),
    nn.Linear(32, 1),
)
loss_fn = nn.BCEWithLogitsLoss()
opt = torch.optim.Adam(churn.parameters())
for _ in range(20):
    x, left = torch.randn(16, 18), torch.randint(0, 2, (16, 1)).float()
    opt.zero_grad()
    loss_fn(churn(x), left).backward()
    opt.step()
