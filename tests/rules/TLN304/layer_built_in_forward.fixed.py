import torch
from torch import nn


class PairEncoder(nn.Module):
    def __init__(self, vocab=40, dim=10):
        super().__init__()
        self.emb = nn.Embedding(vocab, dim)
        self.rnn = nn.GRU(dim, dim, batch_first=True)
        self.drop = nn.Dropout(0.3)

    def forward(self, ids):
        e = self.drop(self.emb(ids))
        return self.rnn(e)[1][-1]


print(PairEncoder()(torch.randint(0, 40, (2, 5))).shape)
