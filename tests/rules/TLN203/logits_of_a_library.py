import torch
from torch.nn import functional as F
from torchvision import models


class Tuning:
    def __init__(self, loader, rate):
        self.model = models.densenet121(weights="DEFAULT")
        self.loader = loader
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=rate)

    def run(self):
        for image, label in self.loader:
            loss = F.nll_loss(self.model(image), label)  # TLN203
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()


Tuning([(torch.randn(2, 3, 224, 224), torch.tensor([1, 2]))], 0.1).run()
