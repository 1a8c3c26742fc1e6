"""What `accelerator.prepare` gives back is what it was given: the classifier was never put into eval mode."""
import torch
from accelerate import Accelerator
from torch import nn


class Classifier(nn.Module):
    def __init__(self, features, classes):
        super().__init__()
        self.hidden = nn.Linear(features, 64)
        self.dropout = nn.Dropout(0.4)
        self.out = nn.Linear(64, classes)

    def forward(self, x):
        return self.out(self.dropout(self.hidden(x).relu()))


def main(train_loader, val_loader):
    accelerator = Accelerator()
    model = Classifier(20, 4)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    criterion = nn.CrossEntropyLoss()
    train_loader, model, optimizer = accelerator.prepare(train_loader, model, optimizer)
    for epoch in range(10):
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            accelerator.backward(loss)
            optimizer.step()
        model.eval()
        correct = 0
        with torch.no_grad():
            for x, y in val_loader:
                correct += (model(x).argmax(1) == y).sum().item()
        model.train()
        accelerator.print(epoch, correct)
