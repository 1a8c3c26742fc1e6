"""The blocks are made in a row, each with a dropout of zero: there is no part of the network that is not seen."""
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, settings):
        super().__init__()
        self.inner = nn.Linear(settings["width"], settings["width"])
        self.drop = nn.Dropout(settings["drop_rate"])

    def forward(self, x):
        return x + self.drop(torch.relu(self.inner(x)))


class Language(nn.Module):
    def __init__(self, settings):
        super().__init__()
        self.enter = nn.Embedding(100, settings["width"])
        self.blocks = nn.Sequential(*[Block(settings) for _ in range(settings["depth"])])
        self.leave = nn.Linear(settings["width"], 100)

    def forward(self, tokens):
        return self.leave(self.blocks(self.enter(tokens)))


def train(model, batches):
    optimizer = torch.optim.AdamW(model.parameters())
    model.train()
    for tokens in batches:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(tokens[:, :-1]).flatten(0, 1), tokens[:, 1:].flatten()).backward()
        optimizer.step()


def generate(model, tokens, count):
    for _ in range(count):
        with torch.no_grad():
            logits = model(tokens)[:, -1]
        tokens = torch.cat((tokens, logits.argmax(-1, keepdim=True)), dim=1)
    return tokens


SETTINGS = {"width": 32, "drop_rate": 0.0}
SETTINGS.update({"depth": 3})
model = Language(SETTINGS)
train(model, [torch.randint(0, 100, (4, 16)) for _ in range(10)])
print(generate(model, torch.zeros(1, 1, dtype=torch.long), 8))
