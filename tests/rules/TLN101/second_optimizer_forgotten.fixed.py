"""Sequence to sequence translation: two networks, two optimizers."""
import random

import torch
import torch.nn.functional as F
from torch import optim


def train_pair(source, target, encoder, decoder, enc_opt, dec_opt, sos=0):
    enc_opt.zero_grad()
    dec_opt.zero_grad()
    hidden = encoder(source)
    token = torch.full((source.size(0), 1), sos)
    loss = 0
    forced = random.random() < 0.5
    for t in range(target.size(1)):
        scores, hidden = decoder(token, hidden)
        loss = loss + F.cross_entropy(scores, target[:, t])
        token = target[:, t:t + 1] if forced else scores.argmax(1, keepdim=True)
    loss.backward()
    enc_opt.step()
    dec_opt.step()
    return loss.item() / target.size(1)


def train(pairs, encoder, decoder, n_epochs=10):
    enc_opt = optim.Adam(encoder.parameters(), lr=1e-3)
    dec_opt = optim.Adam(decoder.parameters(), lr=1e-3)
    for epoch in range(n_epochs):
        for source, target in pairs:
            train_pair(source, target, encoder, decoder, enc_opt, dec_opt)
