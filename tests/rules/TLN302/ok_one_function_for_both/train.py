# The mode is told by the optimizer that is given, or not.
import torch
from torch import nn

from data import make_loaders


def build_optimizer(model, config):
    if config["optimizer"] == "adam":
        return torch.optim.Adam(model.parameters())
    return torch.optim.SGD(model.parameters(), lr=0.1)


def run_epoch(model, loader, loss_fn, optimizer=None):
    training = optimizer is not None
    model.train(training)
    total = 0.0
    scaler = torch.cuda.amp.GradScaler(enabled=training)
    context = torch.enable_grad() if training else torch.no_grad()
    with context:
        for x, y in loader:
            if training:
                optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            if training:
                scaler.scale(loss).backward()
                scaler.step(optimizer)
                scaler.update()
            total += loss.item()
    return total


def run_training(config):
    loader, val_loader, test_loader = make_loaders(config)
    model = nn.Sequential(nn.Linear(4, 8), nn.Dropout(), nn.Linear(8, 2))
    loss_fn, optimizer = nn.CrossEntropyLoss(), build_optimizer(model, config)
    for epoch in range(10):
        train_loss = run_epoch(model, loader, loss_fn, optimizer)
        val_loss = run_epoch(model, val_loader, loss_fn)
        print(epoch, train_loss, val_loss)
    model.load_state_dict(torch.load("best.pt"))
    print(run_epoch(model, test_loader, loss_fn))
