import torch
from torch import nn
from torch.nn import functional as F


class Relevance(nn.Module):
    def __init__(self, words, size):
        super().__init__()
        self.embed = nn.Linear(words, size)

    def forward(self, query, documents):
        return F.softmax(self.embed(documents) @ self.embed(query), dim=0)  # TLN201


def train(queries, documents, clicked):
    model = Relevance(3000, 128)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4)
    for query, found, best in zip(queries, documents, clicked):
        likely = model(query, found)
        loss = criterion(likely.resize(1, 5), best)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
