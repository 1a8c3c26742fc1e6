# What a decoder says step by step is collected in a list, or written into a tensor that was made for it.
import torch
import torch.nn.functional as F
from torch import nn


class Pointer(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(4, 4)
        self.query = nn.Linear(4, 4)

    def attention(self, keys, query, probabilities=False):
        weights = F.softmax(torch.matmul(self.query(query), keys.transpose(1, 2)), dim=-1)  # TLN201
        if probabilities:
            return weights
        return torch.matmul(weights, keys)

    def forward(self, h, keys, steps):
        pointers, c = [], h
        for _ in range(steps):
            h, c = self.cell(h, (h, c))
            weights = self.attention(keys, h.view(h.size(0), 1, -1), probabilities=True)
            pointers.append(weights.view(1, h.size(0), -1))
        return torch.cat(pointers, dim=0).transpose(0, 1)


class Writer(nn.Module):
    def __init__(self, words):
        super().__init__()
        self.cell, self.words, self.out = nn.LSTMCell(4, 4), words, nn.Linear(4, words)

    def forward(self, h, steps):
        said, c = torch.zeros(steps, h.size(0), self.words).to(h.device), h
        for i in range(steps):
            h, c = self.cell(h, (h, c))
            said[i] = F.softmax(self.out(h), dim=-1)  # TLN201
        return said


class LogitWriter(Writer):
    def forward(self, h, steps):
        said, c = torch.zeros(steps, h.size(0), self.words), h
        for i in range(steps):
            h, c = self.cell(h, (h, c))
            said[i] = self.out(h)
        return said


def train(loader, loss_fn=nn.CrossEntropyLoss()):
    pointer = Pointer()
    optimizer = torch.optim.Adam(pointer.parameters())
    for start, keys, y in loader:
        optimizer.zero_grad()
        said = pointer(start, keys, 4)
        loss_fn(said.contiguous().view(-1, said.shape[-1]), y.view(-1)).backward()
        optimizer.step()


def train_writer(loader):
    writer, loss_fn = Writer(100), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(writer.parameters())
    for start, y in loader:
        optimizer.zero_grad()
        loss_fn(writer(start, 4).view(-1, 100), y.view(-1)).backward()
        optimizer.step()


def train_logit_writer(loader):
    writer, loss_fn = LogitWriter(100), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(writer.parameters())
    for start, y in loader:
        optimizer.zero_grad()
        loss_fn(writer(start, 4).view(-1, 100), y.view(-1)).backward()
        optimizer.step()
