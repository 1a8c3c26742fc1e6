import torch
from base import Client


class Personal(Client):
    def fit(self):
        for x, y in self.loader:
            loss = torch.nn.functional.cross_entropy(self.model(x), y)
            loss.backward()
            self.optimizer.step()  # TLN101
