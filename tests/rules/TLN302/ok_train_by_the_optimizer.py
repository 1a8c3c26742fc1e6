"""One function trains if it is given an optimizer, and else evaluates: the mode follows, and so does each step."""

import torch
import torch.nn.functional as F
from torch import nn


class Segmenter(nn.Module):
    def __init__(self, classes, rate=0.2):
        super().__init__()
        self.down = nn.Conv2d(1, 16, 3, padding=1)
        self.drop = nn.Dropout2d(rate)
        self.head = nn.Conv2d(16, classes, 1)

    def forward(self, scans):
        return self.head(self.drop(F.relu(self.down(scans))))


def one_epoch(net, loader, *, optimizer=None, scaler=None):
    learning = optimizer is not None
    net.train(learning)
    total = 0.0
    for image, mask in loader:
        if learning:
            optimizer.zero_grad()
        loss = F.cross_entropy(net(image), mask)
        if learning:
            if scaler is not None:
                scaler.scale(loss).backward()
                scaler.step(optimizer)
                scaler.update()
            else:
                loss.backward()
                optimizer.step()
        total += loss.item()
    return total / len(loader)


def main(train_loader, val_loader, test_loader):
    net = Segmenter(4)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
    scaler = torch.amp.GradScaler()
    for epoch in range(20):
        one_epoch(net, train_loader, optimizer=optimizer, scaler=scaler)
        val_loss = one_epoch(net, val_loader)
        print(epoch, val_loss)
    test_loss = one_epoch(net, test_loader)
    print(test_loss)
