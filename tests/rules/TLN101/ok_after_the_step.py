import torch
from torch import nn


def main():
    encoder = nn.Embedding(100, 16)
    head = nn.Linear(16, 100)
    opt = torch.optim.Adam([*encoder.parameters(), *head.parameters()])
    opt.zero_grad()
    for _ in range(20):
        word, context = torch.randint(0, 100, (2, 32))
        loss = nn.functional.cross_entropy(head(encoder(word)), context)
        loss.backward()
        opt.step()
        opt.zero_grad()


main()
