"""Random rows: the author says that their order doesn't matter."""
import torch


def negatives(table, y, count):
    rows = torch.randint(len(table), (y.size(0) * y.size(1) * count,))
    drawn = table[rows].view(y.size(0) * y.size(1), count, -1)
    return drawn.view(
        count, y.size(0), y.size(1), -1
    )  # the order does not matter, they are random


print(negatives(torch.rand(10, 4), torch.rand(2, 3), 5).shape)
