import argparse

import torch
import torch.nn as nn

from zoo import MODELS

parser = argparse.ArgumentParser()
parser.add_argument("--model", default="shallow", choices=sorted(MODELS))
args = parser.parse_args()

model = MODELS[args.model](classes=3)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
for _ in range(10):
    x, y = torch.randn(20, 25), torch.randint(0, 3, (20,))
    loss = criterion(model(x), y)  # TLN201
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
