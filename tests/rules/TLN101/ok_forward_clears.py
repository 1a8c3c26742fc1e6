"""The network clears its gradients itself, each time it is asked for a loss."""

import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Linear(6, 8)
        self.dec = nn.Linear(8, 3)

    def forward(self, words, tags):
        self.zero_grad()
        return nn.functional.cross_entropy(self.dec(torch.tanh(self.enc(words))), tags)


model = Tagger()
enc_optim = torch.optim.Adam(model.enc.parameters())
dec_optim = torch.optim.Adam(model.dec.parameters())
for _ in range(5):
    for words, tags in [(torch.randn(4, 6), torch.randint(0, 3, (4,)))]:
        loss = model(words, tags)
        loss.backward()
        enc_optim.step()
        dec_optim.step()
