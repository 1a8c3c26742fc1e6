import torch
from torch import nn
from torch.nn import functional as F


class Pointer(nn.Module):
    def __init__(self, dim=12):
        super().__init__()
        self.q = nn.Linear(dim, dim)

    def forward(self, query, memory):
        scores = torch.einsum("bd,bnd->bn", self.q(query), memory)
        return F.softmax(scores, dim=-1)  # TLN203


def pointer_loss(pointer, query, memory, answer):
    where = pointer(query, memory)
    return F.nll_loss(where, answer)


def main():
    pointer = Pointer()
    opt = torch.optim.Adam(pointer.parameters())
    for _ in range(5):
        query, memory = torch.randn(4, 12), torch.randn(4, 6, 12)
        loss = pointer_loss(pointer, query, memory, torch.randint(0, 6, (4,)))
        opt.zero_grad()
        loss.backward()
        opt.step()


main()
