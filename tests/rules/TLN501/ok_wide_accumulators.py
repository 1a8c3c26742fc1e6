import torch


def confusion(preds, labels, n):
    table = torch.zeros(n, n, dtype=torch.int64)
    for p, t in zip(preds, labels):
        table[t, p] += 1
    hits = torch.zeros(n)
    hits.index_add_(0, labels, (preds == labels).float())
    votes = (preds == labels).long() + (preds == 0).long()
    count = torch.bincount(labels.to(torch.uint8).long(), minlength=n)
    return table, hits, votes, count.cumsum(0)


print(confusion(torch.tensor([0, 1, 1]), torch.tensor([0, 1, 0]), 2))
