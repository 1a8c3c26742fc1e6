import torch
import torchvision
from torch import nn


class Tagger(nn.Module):
    def __init__(self, body):
        super().__init__()
        self.body, self.head = body, nn.Linear(1000, 4)

    def forward(self, x):
        return self.head(torch.relu(self.body(x)))


def fit(batches):
    body = torchvision.models.resnet18()
    body.requires_grad = False  # TLN604
    body.eval()
    tagger = Tagger(body)
    optimizer = torch.optim.SGD(tagger.parameters(), lr=0.1)
    for x, y in batches:
        optimizer.zero_grad()
        nn.functional.cross_entropy(tagger(x), y).backward()
        optimizer.step()


fit([(torch.randn(2, 3, 64, 64), torch.tensor([0, 1]))])
