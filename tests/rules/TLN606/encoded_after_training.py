import numpy as np
import torch
from torch import nn


def encode(weights, name):
    np.savez(name, **{key: value.half().cpu().numpy() for key, value in weights.items()})


def train(model, batches, held_out, epochs):
    optimizer = torch.optim.Adam(model.parameters())
    best, highest = None, 0.0
    for _ in range(epochs):
        model.train()
        for x, y in batches:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x), y).backward()
            optimizer.step()
        model.eval()
        with torch.no_grad():
            hits = sum((model(x).argmax(1) == y).sum().item() for x, y in held_out)
        if hits > highest:
            highest = hits
            best = model.state_dict()  # TLN606
    print(best)
    encode(best, "weights.npz")
