import torch
from torch import nn

student = nn.Linear(5, 3)
optims = [torch.optim.SGD([student.weight], lr=0.1), torch.optim.SGD([student.bias], lr=0.2)]


def zero_all(*things):
    for thing in things:
        thing.zero_grad(set_to_none=False)


for _ in range(12):
    zero_all(*optims)
    loss = nn.functional.cross_entropy(student(torch.randn(9, 5)), torch.randint(0, 3, (9,)))
    loss.backward()
    for o in optims:
        o.step()
