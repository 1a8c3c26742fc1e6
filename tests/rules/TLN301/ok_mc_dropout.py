"""Monte Carlo dropout: only the dropout layers stay awake, and on purpose."""
import torch
from torch import nn


def enable_dropout(model):
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.train()


def predict_with_uncertainty(model, x, passes=20):
    model.eval()
    enable_dropout(model)
    with torch.no_grad():
        draws = torch.stack([model(x).softmax(-1) for _ in range(passes)])
    return draws.mean(0), draws.std(0)


net = nn.Sequential(nn.Linear(5, 10), nn.BatchNorm1d(10), nn.Dropout(0.5), nn.Linear(10, 3))
print(predict_with_uncertainty(net, torch.randn(4, 5)))
