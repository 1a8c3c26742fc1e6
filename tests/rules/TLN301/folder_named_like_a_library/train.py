"""Nobody sees here how the model is made, but training it calls train()."""
import torch


def train_one_epoch(model, loss_fn, optimizer, loader, device):
    model.train()
    for batch in loader:
        images, labels = batch["image"].to(device), batch["label"].to(device)
        loss = loss_fn(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def validate_one_epoch(model, loss_fn, loader, device):
    total = 0.0
    with torch.no_grad():
        for batch in loader:
            images, labels = batch["image"].to(device), batch["label"].to(device)
            total += loss_fn(model(images), labels).item()  # TLN301
    return total / len(loader)


def fit(model, loss_fn, optimizer, train_loader, val_loader, device, epochs):
    for epoch in range(epochs):
        train_one_epoch(model, loss_fn, optimizer, train_loader, device)
        print(epoch, validate_one_epoch(model, loss_fn, val_loader, device))
