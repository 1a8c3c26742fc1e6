import torch
from torch import nn


def recalibrate(model, loader):
    """Fresh running statistics for averaged weights: train mode without gradients is the point."""
    for m in model.modules():
        if isinstance(m, nn.BatchNorm1d):
            m.reset_running_stats()
            m.momentum = None
    model.train()
    with torch.no_grad():
        for x in loader:
            model(x)
    model.eval()


net = nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 1))
recalibrate(net, torch.randn(6, 10, 3))
with torch.no_grad():
    print(net(torch.randn(2, 3)))
