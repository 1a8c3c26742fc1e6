import torch
from torch import nn


def main(train_loader, val_loader, epochs=2):
    net = nn.Sequential(nn.Flatten(), nn.Linear(48, 30), nn.ReLU(), nn.Dropout(0.4), nn.Linear(30, 3))
    criterion = nn.CrossEntropyLoss()
    opt = torch.optim.Adam(net.parameters())
    net.eval()
    for epoch in range(epochs):
        net.train()
        for x, y in train_loader:
            opt.zero_grad()
            criterion(net(x), y).backward()
            opt.step()
        val_loss = 0
        for x, y in val_loader:
            with torch.no_grad():
                val_loss += criterion(net(x), y).item()  # TLN301
        print(epoch, val_loss / len(val_loader))


main(*[[(torch.rand(6, 3, 4, 4), torch.randint(0, 3, (6,))) for _ in range(3)] for _ in "tv"])
