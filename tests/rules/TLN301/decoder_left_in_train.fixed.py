"""Two networks; only one of them is put into eval mode."""
import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(60, 24)
        self.gru = nn.GRU(24, 24, batch_first=True)

    def forward(self, ids):
        return self.gru(self.emb(ids))[1]


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(60, 24)
        self.dropout = nn.Dropout(0.3)
        self.gru = nn.GRU(24, 24, batch_first=True)
        self.out = nn.Linear(24, 60)

    def forward(self, ids, hidden):
        states, hidden = self.gru(self.dropout(self.emb(ids)), hidden)
        return self.out(states), hidden


def train_epoch(encoder, decoder, pairs, opt):
    encoder.train()
    decoder.train()
    for src, tgt in pairs:
        scores, _ = decoder(tgt[:, :-1], encoder(src))
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), tgt[:, 1:].flatten())
        opt.zero_grad()
        loss.backward()
        opt.step()


@torch.no_grad()
def translate(encoder, decoder, src, length=10):
    encoder.eval()
    decoder.eval()
    hidden = encoder(src)
    word, said = torch.zeros(len(src), 1, dtype=torch.long), []
    for _ in range(length):
        scores, hidden = decoder(word, hidden)
        word = scores.argmax(-1)
        said.append(word)
    return torch.cat(said, dim=1)


def main():
    enc, dec = Encoder(), Decoder()
    opt = torch.optim.Adam([*enc.parameters(), *dec.parameters()])
    pairs = [(torch.randint(0, 60, (4, 7)), torch.randint(0, 60, (4, 8))) for _ in range(3)]
    for _ in range(2):
        train_epoch(enc, dec, pairs, opt)
        print(translate(enc, dec, pairs[0][0]).shape)


main()
