"""Monte Carlo dropout: all predictions are drawn several times, with Dropout on."""
import torch
from torch import nn


def predict_often(net, batches, splits=10):
    net.train()
    drawn = []
    for i in range(splits):
        predictions = []
        with torch.no_grad():
            for x, _ in batches:
                predictions.append(net(x).squeeze())
        drawn.append(torch.cat(predictions))
    return torch.stack(drawn).var(0)


net = nn.Sequential(nn.Linear(32, 64), nn.Dropout(0.5), nn.Linear(64, 1))
net.load_state_dict(torch.load("net.pt"))
print(predict_often(net, [(torch.randn(8, 32), torch.zeros(8)) for _ in range(30)]))
