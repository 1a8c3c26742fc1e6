import torch
from torch import nn


@torch.no_grad()
def estimate_loss(model, batches):
    model.eval()
    losses = [nn.functional.mse_loss(model(x), y).item() for x, y in batches]
    model.train()
    return sum(losses) / len(losses)


net = nn.Sequential(nn.Linear(3, 9), nn.Dropout(0.1), nn.Linear(9, 1))
data = [(torch.randn(4, 3), torch.randn(4, 1)) for _ in range(8)]
opt = torch.optim.Adam(net.parameters())
net.train()
for i, (x, y) in enumerate(data):
    if i % 4 == 0:
        print(estimate_loss(net, data))
    opt.zero_grad()
    nn.functional.mse_loss(net(x), y).backward()
    opt.step()
