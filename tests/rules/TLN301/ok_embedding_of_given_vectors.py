import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self, vectors):
        super().__init__()
        self.words = nn.Embedding.from_pretrained(torch.Tensor(vectors), padding_idx=0)
        self.rnn = nn.LSTM(input_size=100, hidden_size=64, num_layers=1)
        self.head = nn.Linear(64, 5)

    def forward(self, x):
        return self.head(self.rnn(self.words(x))[0])


def validate(model, batches):
    correct = 0
    with torch.no_grad():
        for x, y in batches:
            correct += (model(x).argmax(-1) == y).sum().item()
    return correct


def fit(model, optimizer, batches, val_batches):
    for _ in range(10):
        model.train()
        for x, y in batches:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten()).backward()
            optimizer.step()
        print(validate(model, val_batches))


def test(model, batches):
    model.eval()
    print(validate(model, batches))


model = Tagger(torch.load("vectors.pt")).cuda()
fit(model, torch.optim.Adam(model.parameters()), torch.load("batches.pt"), torch.load("val.pt"))
test(model, torch.load("test.pt"))
