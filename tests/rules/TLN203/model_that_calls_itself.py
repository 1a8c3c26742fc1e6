import torch
from torch import nn


class Topics(nn.Module):
    def __init__(self, words, topics):
        super().__init__()
        self.embed = nn.EmbeddingBag(words, 100)
        self.last = nn.Linear(100, topics)
        self.softmax = nn.Softmax(dim=1)

    def forward(self, text):
        return self.softmax(self.last(self.embed(text)))  # TLN203

    def add_loss(self, loss):
        self.loss = loss

    def add_optimizer(self, optimizer):
        self.optimizer = optimizer

    def run_epoch(self, batches):
        for text, topic in batches:
            self.optimizer.zero_grad()
            likely = self.__call__(text)
            loss = self.loss(likely, topic)
            loss.backward()
            self.optimizer.step()


def main(batches):
    model = Topics(20_000, 4)
    model.add_optimizer(torch.optim.SGD(model.parameters(), lr=0.5))
    model.add_loss(nn.NLLLoss())
    for _ in range(10):
        model.run_epoch(batches)
