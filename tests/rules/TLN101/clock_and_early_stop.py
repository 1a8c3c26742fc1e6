import time

import torch


def train(model, optimizer, loader):
    best, patience = float("inf"), 0
    for x, y in loader:
        start = time.time()
        loss = torch.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()  # TLN101
        print(time.time() - start)
        if loss.item() < best:
            best, patience = loss.item(), 0
        else:
            patience += 1
        if patience >= 10:
            break
