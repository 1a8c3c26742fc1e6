import torch
from torch import nn


def fit(reader, pages, rounds=3):
    trainable = []
    for weight in filter(lambda w: w.requires_grad, reader.parameters()):
        trainable.append(weight)
    optimizer = torch.optim.Adadelta(trainable, lr=1.0, rho=0.95)
    for _ in range(rounds):
        for page, text in pages:
            cost = nn.functional.cross_entropy(reader(page), text)
            reader.zero_grad()
            cost.backward()
            nn.utils.clip_grad_norm_(reader.parameters(), 5)
            optimizer.step()


fit(nn.Linear(6, 4), [(torch.randn(5, 6), torch.randint(0, 4, (5,))) for _ in range(2)])
