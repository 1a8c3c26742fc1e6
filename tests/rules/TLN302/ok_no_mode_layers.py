import torch
from torch import nn

autoencoder = nn.Sequential(nn.Linear(30, 6), nn.LayerNorm(6), nn.ReLU(), nn.Linear(6, 30))
opt = torch.optim.Adam(autoencoder.parameters())
for epoch in range(4):
    for x in torch.rand(5, 8, 30):
        opt.zero_grad()
        nn.functional.mse_loss(autoencoder(x), x).backward()
        opt.step()
    autoencoder.eval()
    with torch.no_grad():
        x = torch.rand(8, 30)
        print(nn.functional.mse_loss(autoencoder(x), x).item())
