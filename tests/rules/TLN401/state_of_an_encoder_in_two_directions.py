# (2 * layers, batch, hidden) is cut as (layers, batch, 2 * hidden): the directions don't lie beside each other.
import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self, vocab, hidden, layers):
        super().__init__()
        self.embed = nn.Embedding(vocab, hidden)
        self.lstm = nn.LSTM(hidden, hidden, layers, bidirectional=True)

    def forward(self, tokens):
        out, (hidden, cell) = self.lstm(self.embed(tokens))
        return out, (hidden, cell)


class Translator(nn.Module):
    def __init__(self, vocab, hidden, layers):
        super().__init__()
        self.hidden = hidden
        self.encoder = Encoder(vocab, hidden, layers)
        self.start = nn.Linear(2 * hidden, hidden)

    def forward(self, tokens):
        batch = tokens.size(1)
        out, state = self.encoder(tokens)
        last = state[0].view(-1, batch, 2 * self.hidden)[-1]  # TLN401
        return self.start(last)

    def forward_last(self, tokens):
        out, state = self.encoder(tokens)
        return self.start(torch.cat((state[0][-2], state[0][-1]), dim=-1))
