import torch
from torch import nn


def evaluate(net, loader, criterion):
    net.eval()
    losses = []
    with torch.no_grad():
        for x, y in loader:
            losses.append(criterion(net(x), y).item())
    net.train()
    return sum(losses) / len(losses)


def train(net, train_loader, val_loader, epochs=2, eval_every=3):
    criterion = nn.CrossEntropyLoss()
    opt = torch.optim.SGD(net.parameters(), lr=0.05)
    for epoch in range(epochs):
        net.train()
        for it, (x, y) in enumerate(train_loader):
            opt.zero_grad()
            loss = criterion(net(x), y)
            loss.backward()
            opt.step()
            if it % eval_every == 0:
                val = evaluate(net, val_loader, criterion)
                print(epoch, it, loss.item(), val)


pages = [(torch.rand(6, 1, 10, 10), torch.randint(0, 4, (6,))) for _ in range(7)]
cnn = nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Linear(512, 4))
train(cnn, pages, pages[:2])
