import torch


def fit(model, loader, criterion, lr=1e-3, amp=False):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    scaler = torch.amp.GradScaler("cuda", enabled=amp)
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        if amp:
            scaler.scale(loss).backward()
        else:
            loss.backward()
        optimizer.step()  # TLN105
