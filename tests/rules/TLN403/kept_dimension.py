import torch
import torch.nn as nn
import torch.nn.functional as F


class Digits(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(784, 64)
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        return F.log_softmax(self.head(F.relu(self.body(x.flatten(1)))), dim=1)


@torch.no_grad()
def evaluate(model, loader, device):
    model.eval()
    total, hits = 0.0, 0
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        scores = model(images)
        total += F.nll_loss(scores, labels, reduction="sum").item()
        guess = scores.argmax(dim=1, keepdim=True)
        hits += (guess == labels).sum().item()  # TLN403
    return total / len(loader.dataset), hits / len(loader.dataset)


def fit(model, loader, optimizer):
    criterion = nn.CrossEntropyLoss()
    model.train()
    for images, labels in loader:
        optimizer.zero_grad()
        scores = model(images)
        loss = criterion(scores, labels)
        loss.backward()
        optimizer.step()
        guess = torch.softmax(scores, dim=1).data.max(1, keepdim=True)[1]
        accuracy = guess.eq(labels.data).float().mean()  # TLN403
        best = scores.topk(1, 1)[1].cpu()
        errors = torch.ne(best, labels.cpu()).sum()  # TLN403
        print(loss.item(), accuracy.item(), errors.item())
