import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self, embeddings):
        super().__init__()
        self.embeddings, self.head = embeddings, nn.Linear(64, 10)

    def forward(self, x):
        return self.head(self.embeddings(x))


embeddings = nn.Embedding(1000, 64)
embeddings.requires_grad = False  # TLN604
tagger = Tagger(embeddings)
optimizer = torch.optim.Adam(tagger.parameters(), lr=0.001)
for x, y in torch.load("batches.pt"):
    optimizer.zero_grad()
    nn.functional.cross_entropy(tagger(x).flatten(0, 1), y.flatten()).backward()
    optimizer.step()
