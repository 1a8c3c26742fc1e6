import math

import torch

from utils.amp import NativeScaler


def train_one_epoch(model, criterion, loader, optimizer, scaler: NativeScaler, accum=1):
    model.train(True)
    optimizer.zero_grad()
    for it, (images, targets) in enumerate(loader):
        with torch.autocast("cuda"):
            loss = criterion(model(images), targets) / accum
        if not math.isfinite(loss.item()):
            raise RuntimeError("the loss is not finite")
        last = (it + 1) % accum == 0
        scaler(loss, optimizer, model.parameters(), clip=1.0, update=last)
        if last:
            optimizer.zero_grad()
