import torch
from torch import nn


class Kim(nn.Module):
    def __init__(self, vocab, dim, kernels=(3, 4, 5)):
        super().__init__()
        self.dim = dim
        self.table = nn.Embedding(vocab, dim, padding_idx=0)
        self.convs = nn.ModuleList(nn.Conv1d(dim, 10, k) for k in kernels)

    def forward(self, ids):
        batch, words = ids.shape
        x = self.table(ids).view(batch, self.dim, words)  # TLN401
        return torch.cat([c(x).relu().amax(2) for c in self.convs], dim=1)


print(Kim(50, 6)(torch.randint(1, 50, (2, 12))).shape)
