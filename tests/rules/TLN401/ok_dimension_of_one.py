"""A size of one may stand anywhere."""
import torch


def prepare(scores, lengths, mask):
    b, t, _ = scores.shape
    row = scores.view(b, 1, t) if scores.size(2) == 1 else scores.transpose(1, 2)
    batch, steps = mask.shape
    col = mask.view(batch, 1, 1, steps)
    other = mask.view(batch, steps, 1)
    gate = lengths.view(-1, 1, 1)
    return row, col, other, gate


prepare(torch.rand(2, 5, 1), torch.tensor([3, 5]), torch.ones(2, 5))

flag = torch.rand(4, 1, 6)
n, one, w = flag.shape
print(flag[:, 0].view(n, w, 1).shape)
