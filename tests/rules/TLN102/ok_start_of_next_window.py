import torch


def train(model, loader, optimizer, accum=2):
    model.train()
    for i, (x, y) in enumerate(loader):
        if i % accum == 0:
            optimizer.zero_grad()
        (torch.nn.functional.l1_loss(model(x), y) / accum).backward()
        if i % accum == accum - 1:
            optimizer.step()
