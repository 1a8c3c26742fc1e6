"""Train mode in an evaluation because the caller asks for it, and one mode tried after the other."""

import torch
from torch import nn

net = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 2))
optimizer = torch.optim.Adam(net.parameters())
batches = [(torch.randn(8, 4), torch.randint(0, 2, (8,))) for _ in range(4)]


def validate(model, data, use_batch_statistics=False):
    if use_batch_statistics:
        model.train()
    else:
        model.eval()
    right = 0
    with torch.no_grad():
        for x, y in data:
            right += (model(x).argmax(1) == y).sum().item()
    return right


def test_both_modes(model):
    model.train()
    output = model(torch.randn(8, 4))
    print(output.std())
    model.eval()
    print(model(torch.randn(1, 4)))


net.train()
for x, y in batches:
    optimizer.zero_grad()
    nn.functional.cross_entropy(net(x), y).backward()
    optimizer.step()
print(validate(net, batches), validate(net, batches, use_batch_statistics=True))
test_both_modes(net)
