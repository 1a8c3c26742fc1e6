import torch
import torch.nn as nn
import torch.nn.functional as F


def evaluate(model, loader):
    model.eval()
    hits, loss = 0, 0.0
    with torch.no_grad():
        for x, y in loader:
            out = model(x)
            loss += F.cross_entropy(out, y).item()
            column = out.argmax(dim=1, keepdim=True)
            hits += column.eq(y.view_as(column)).sum().item()
            hits += (column == y.view(-1, 1)).sum().item()
            hits += (column == y.unsqueeze(1)).sum().item()
            hits += (column.squeeze(1) == y).sum().item()
            hits += (column.squeeze() == y).sum().item()
            hits += (out.argmax(1) == y).sum().item()
            hits += (out.max(1, keepdim=True)[1][:, 0] == y).sum().item()
            _, top = out.topk(5, 1)
            hits += top.t().eq(y.view(1, -1).expand_as(top.t())).sum().item()
    return hits, loss


def binary(model, loader):
    criterion = nn.BCEWithLogitsLoss()
    for x, y in loader:
        out = model(x)
        loss = criterion(out, y)
        print(((out > 0) == y).float().mean(), loss)
        # one class or many: squeezing changes nothing where there is no dimension of 1
        print(((out.squeeze(-1) > 0) == y).float().mean())


def aligned_before(model, loader):
    criterion = nn.BCEWithLogitsLoss()
    for x, y in loader:
        y = y.unsqueeze(1)
        out = model(x)
        loss = criterion(out, y)
        print(((out > 0) == y).float().mean(), loss)
    for x, y in loader:
        out = model(x).squeeze(1)
        loss = criterion(out, y)
        print(((out > 0) == y).float().mean(), loss)


def two_tasks(model, loader, several):
    for x, y in loader:
        out = model(x)
        if several:
            loss = F.cross_entropy(out, y)
            right = out.argmax(1) == y
        else:
            loss = F.binary_cross_entropy_with_logits(out, y.unsqueeze(1))
            right = (out > 0).squeeze(1) == y
        print(loss, right.sum())
        # another tensor of the same batch
        print((model(x) > 0).eq(y))


def rebound(model, batches, criterion=nn.BCEWithLogitsLoss()):
    for batch in batches:
        out = model(batch.x)
        loss = criterion(out, batch.y.unsqueeze(1))
        batch.y = batch.y.unsqueeze(1)
        print(loss, ((out > 0) == batch.y).sum())
        loss = criterion(out, batch["z"].unsqueeze(1))
        batch["z"] = batch["z"].unsqueeze(1)
        print(loss, ((out > 0) == batch["z"]).sum())
