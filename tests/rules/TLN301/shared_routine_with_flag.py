import torch
from torch import nn


def run_epoch(model, loader, criterion, optimizer=None, is_train=True):
    """One pass over the data, with or without learning."""
    total, n = 0.0, 0
    with torch.set_grad_enabled(is_train):
        for x, y in loader:
            loss = criterion(model(x), y)  # TLN301
            if is_train:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            total += loss.item() * len(y)
            n += len(y)
    return total / n


def main():
    data = [(torch.randn(10, 5), torch.randn(10, 1)) for _ in range(6)]
    net = nn.Sequential(nn.Linear(5, 20), nn.Dropout(0.25), nn.ReLU(), nn.Linear(20, 1))
    opt = torch.optim.Adam(net.parameters())
    for _ in range(3):
        tr = run_epoch(net, data[:4], nn.MSELoss(), opt)
        va = run_epoch(net, data[4:], nn.MSELoss(), is_train=False)
        print(tr, va)


main()
