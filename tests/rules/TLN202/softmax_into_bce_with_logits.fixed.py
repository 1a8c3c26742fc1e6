import torch
from torch import nn

segmenter = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 2, 1))
criterion = nn.BCEWithLogitsLoss()
opt = torch.optim.Adam(segmenter.parameters(), lr=1e-3)

for step in range(6):
    scan = torch.rand(2, 1, 8, 8)
    organs = torch.stack([scan[:, 0] > 0.5, scan[:, 0] <= 0.5], dim=1).float()
    pred = segmenter(scan)
    loss = criterion(pred, organs)
    opt.zero_grad()
    loss.backward()
    opt.step()
