# The networks are asked one by one, by their places in a list.
import torch
from torch import nn


class Mask(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 1)

    def forward(self, x):
        return torch.sigmoid(self.conv(x))  # TLN201


def train_epoch(models, loader, criterion, optimizers):
    for x, y in loader:
        for i in range(len(models)):
            model = models[i]
            optimizer = optimizers[i]
            optimizer.zero_grad()
            out = model(x)
            out = out.type(torch.cuda.FloatTensor)
            loss = criterion(out, y.type(torch.int64))
            loss.backward()
            optimizer.step()


def main(loader):
    a, b = Mask(), Mask()
    a, b = a.cuda(), b.cuda()
    models = [a, b]
    opts = [torch.optim.Adam(a.parameters()), torch.optim.Adam(b.parameters())]
    criterion = nn.CrossEntropyLoss()
    train_epoch(models, loader, criterion, opts)
