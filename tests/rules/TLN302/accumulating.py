"""A context manager of a library that is given the network leaves its mode alone."""

import torch
from accelerate import Accelerator
from torch import nn

accelerator = Accelerator(gradient_accumulation_steps=2)
net = nn.Sequential(nn.Linear(8, 16), nn.Dropout(), nn.Linear(16, 3))
optimizer = torch.optim.Adam(net.parameters())
batches = [(torch.randn(4, 8), torch.zeros(4, dtype=torch.long))] * 3


def evaluate(model):
    model.eval()
    with torch.no_grad():
        return sum((model(x).argmax(1) == y).sum().item() for x, y in batches)


net.train()
for epoch in range(3):
    for x, y in batches:
        with accelerator.accumulate(net):
            optimizer.zero_grad()
            accelerator.backward(nn.functional.cross_entropy(net(x), y))
            optimizer.step()
    print(evaluate(net))  # TLN302
