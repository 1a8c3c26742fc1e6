"""What the program does is an argument; that training tests in train mode is not asked for."""

import torch
from torch import nn


def evaluate_accuracy(data, net):
    right = 0
    for x, y in data:
        right += (net(x).argmax(dim=1) == y).sum().item()  # TLN301
    return right


def train(net, batches, kept, optimizer):
    for epoch in range(2):
        for x, y in batches:
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x), y).backward()
            optimizer.step()
        print(epoch, evaluate_accuracy(kept, net))


def main(mode="train"):
    model = nn.Sequential(nn.Linear(4, 16), nn.Dropout(0.5), nn.Linear(16, 2))
    batches = [(torch.randn(8, 4), torch.randint(0, 2, (8,))) for _ in range(4)]
    if mode == "train":
        model.train()
        train(model, batches[1:], batches[:1], torch.optim.Adam(model.parameters()))
    else:
        model.eval()
        print(model(batches[0][0]))


main("train")
