import torch
from torch import nn


class Estimator:
    """A small scikit-learn look: the criterion is given as a class."""

    def __init__(self, module, criterion=nn.NLLLoss, lr=0.01, max_epochs=5):
        self.module = module
        self.criterion = criterion
        self.lr = lr
        self.max_epochs = max_epochs

    def fit(self, X, y):
        self.criterion_ = self.criterion()
        opt = torch.optim.SGD(self.module.parameters(), lr=self.lr)
        for _ in range(self.max_epochs):
            opt.zero_grad()
            loss = self.criterion_(self.module(X), y)  # TLN201
            loss.backward()
            opt.step()
        return self
