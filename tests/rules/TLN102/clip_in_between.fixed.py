import torch
from torch import nn


class Seq2Seq(nn.Module):
    def __init__(self, vocab=50, dim=24):
        super().__init__()
        self.emb = nn.Embedding(vocab, dim)
        self.enc = nn.GRU(dim, dim, batch_first=True)
        self.dec = nn.GRU(dim, dim, batch_first=True)
        self.out = nn.Linear(dim, vocab)

    def forward(self, src, tgt):
        _, h = self.enc(self.emb(src))
        return self.out(self.dec(self.emb(tgt), h)[0])


model = Seq2Seq()
optim = torch.optim.Adam(model.parameters())
sched = torch.optim.lr_scheduler.StepLR(optim, 10)
for step in range(12):
    src, tgt = torch.randint(0, 50, (4, 6)), torch.randint(0, 50, (4, 7))
    scores = model(src, tgt[:, :-1])
    loss = nn.functional.cross_entropy(scores.transpose(1, 2), tgt[:, 1:])
    optim.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 0.5)
    optim.step()
    sched.step()
