import torch
from torch import nn


class CharRanker(nn.Module):
    """Keeps its own loss and runs its own epochs."""

    def __init__(self, chars=64, classes=7):
        super().__init__()
        self.emb = nn.EmbeddingBag(chars, 32)
        self.fc = nn.Linear(32, classes)
        self.loss_op = None
        self.optimizer = None

    def add_loss_op(self, op):
        self.loss_op = op

    def add_optimizer(self, optimizer):
        self.optimizer = optimizer

    def forward(self, ids):
        scores = self.fc(self.emb(ids))
        return scores

    def run_epoch(self, batches):
        self.train()
        for ids, label in batches:
            self.optimizer.zero_grad()
            loss = self.loss_op(self(ids), label)
            loss.backward()
            self.optimizer.step()
