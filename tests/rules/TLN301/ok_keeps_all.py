import argparse

import torch
from torch import nn


class Letters(nn.Module):
    def __init__(self, letters, dropout=0):
        super().__init__()
        self.embed = nn.Embedding(letters, letters)
        self.lstm = nn.LSTM(letters, 128, num_layers=2, batch_first=True, dropout=dropout)
        self.last = nn.Linear(128, letters)

    def forward(self, text, state=None):
        text, state = self.lstm(self.embed(text), state)
        return self.last(text), state


def sample_text(model, letter, length):
    text = []
    with torch.no_grad():
        scores, state = model(letter)
        for _ in range(length):
            letter = scores.argmax(-1)
            text.append(letter.item())
            scores, state = model(letter, state)
    return text


def train(config, batches):
    model = Letters(87, dropout=1.0 - config.keep_prob)
    optimizer = torch.optim.RMSprop(model.parameters())
    for step, (text, following) in enumerate(batches):
        scores, _ = model(text)
        optimizer.zero_grad()
        nn.functional.cross_entropy(scores.flatten(0, 1), following.flatten()).backward()
        optimizer.step()
        if step % 100 == 0:
            print(sample_text(model, text[:1, :1], 30))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep_prob", type=float, default=1.0)
    train(parser.parse_args(), torch.load("batches.pt"))
