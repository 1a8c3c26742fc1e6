import torch


def train(model, loader, optimizer, scaler, accum=8):
    model.train()
    optimizer.zero_grad()
    for step, (x, y) in enumerate(loader, start=1):
        with torch.autocast("cuda"):
            loss = torch.nn.functional.cross_entropy(model(x), y) / accum
        scaler.scale(loss).backward()
        if step % accum == 0 or step == len(loader):
            scaler.step(optimizer)
            scaler.update()
            optimizer.zero_grad()
