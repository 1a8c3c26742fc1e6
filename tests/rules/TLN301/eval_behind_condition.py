import os

import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self, vocab=200, tags=6):
        super().__init__()
        self.emb = nn.Embedding(vocab, 30)
        self.drop = nn.Dropout(0.5)
        self.rnn = nn.GRU(30, 30, batch_first=True)
        self.out = nn.Linear(30, tags)

    def forward(self, ids):
        return self.out(self.rnn(self.drop(self.emb(ids)))[0])


def test(tagger, sentences, checkpoint=None):
    if checkpoint is not None and os.path.exists(checkpoint):
        tagger.load_state_dict(torch.load(checkpoint, weights_only=True))
        tagger.eval()
    right = total = 0
    with torch.no_grad():
        for ids, tags in sentences:
            guess = tagger(ids).argmax(-1)  # TLN301
            right += (guess == tags).sum().item()
            total += tags.numel()
    return right / total


def main():
    text = [(torch.randint(0, 200, (3, 9)), torch.randint(0, 6, (3, 9))) for _ in range(4)]
    tagger = Tagger()
    opt = torch.optim.Adam(tagger.parameters())
    for epoch in range(2):
        tagger.train()
        for ids, tags in text:
            opt.zero_grad()
            nn.functional.cross_entropy(tagger(ids).flatten(0, 1), tags.flatten()).backward()
            opt.step()
        print(epoch, test(tagger, text))


main()
