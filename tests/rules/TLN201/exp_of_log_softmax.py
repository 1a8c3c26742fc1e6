import torch
from torch import nn
from torch.nn import functional as F


class PosTagger(nn.Module):
    def __init__(self, vocab=300, tags=12):
        super().__init__()
        self.emb = nn.Embedding(vocab, 24)
        self.lstm = nn.LSTM(24, 24, bidirectional=True, batch_first=True)
        self.tag = nn.Linear(48, tags)

    def forward(self, words):
        h, _ = self.lstm(self.emb(words))
        logp = F.log_softmax(self.tag(h), dim=-1)
        return logp.exp()  # TLN201


tagger = PosTagger()
loss_fn = nn.CrossEntropyLoss(ignore_index=-1)
opt = torch.optim.AdamW(tagger.parameters())
for _ in range(4):
    words, tags = torch.randint(0, 300, (3, 15)), torch.randint(0, 12, (3, 15))
    opt.zero_grad()
    loss = loss_fn(tagger(words).permute(0, 2, 1), tags)
    loss.backward()
    opt.step()
