"""One row is picked from the result at once: with a single row in the tensor, which it must have, that is its first entry."""
import torch


def collate(samples):
    targets = []
    for _, target in samples:
        if target.shape[1] > 1:
            targets.append(target.reshape(target.shape[1], target.shape[0])[0])
        else:
            targets.append(target)
    return torch.stack([inputs for inputs, _ in samples]), torch.tensor(targets).view(len(samples), 1)


print(collate([(torch.randn(5), torch.tensor([[1.0, 2.0]])), (torch.randn(5), torch.tensor([[3.0]]))]))
