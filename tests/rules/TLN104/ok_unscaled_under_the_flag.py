import torch


def train(model, loader, optimizer, scaler, fp16):
    for x, y in loader:
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(x), y)
        if fp16:
            scaler.scale(loss).backward()
        else:
            loss.backward()
        if fp16:
            scaler.unscale_(optimizer)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        if fp16:
            scaler.step(optimizer)
            scaler.update()
        else:
            optimizer.step()


def train_two_ifs(model, loader, optimizer, scaler, fp16):
    for x, y in loader:
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(x), y)
        if fp16:
            scaler.scale(loss).backward()
        else:
            loss.backward()
        if fp16:
            scaler.unscale_(optimizer)
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            scaler.step(optimizer)
            scaler.update()
        else:
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
