"""Only the embedding stays as it is in the first epochs; everything else learns."""
import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(80, 12)
        self.rnn = nn.LSTM(12, 12, batch_first=True)
        self.out = nn.Linear(12, 5)

    def forward(self, ids):
        return self.out(self.rnn(self.emb(ids))[0])


tagger = Tagger()
opt = torch.optim.SGD(tagger.parameters(), lr=0.1)
for epoch in range(4):
    ids, tags = torch.randint(0, 80, (3, 6)), torch.randint(0, 5, (3, 6))
    opt.zero_grad()
    nn.functional.cross_entropy(tagger(ids).transpose(1, 2), tags).backward()
    if epoch < 2:
        tagger.emb.zero_grad()
    opt.step()
