import torch


def totals(batches, flags):
    flags = flags.bool()
    right = sum((a == b).sum() for a, b in batches)
    names = sum(p.numel() for p in torch.nn.Linear(3, 2).parameters())
    on = sum(flags)
    lengths = sum([len(a) for a, _ in batches])
    return right, names, on, lengths


print(totals([(torch.arange(5), torch.arange(5))], torch.ones(300)))
