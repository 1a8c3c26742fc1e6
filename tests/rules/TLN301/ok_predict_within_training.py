"""predict() with gradients is what the loss is computed from."""
import torch
from torch import nn


class Trainer:
    def __init__(self, model, batches):
        self.model, self.batches = model, batches
        self.optimizer = torch.optim.Adam(model.parameters())

    def predict(self, batch):
        x, y = batch
        return self.model(x), y

    def training_loss(self, batch):
        output, target = self.predict(batch)
        return {"loss": nn.functional.l1_loss(output, target)}

    def run(self):
        self.model.train()
        for batch in self.batches:

            def closure(part=batch):
                terms = self.training_loss(part)
                self.optimizer.zero_grad()
                self.backwards(terms["loss"])
                return terms["loss"]

            self.optimizer.step(closure)

    def backwards(self, loss):
        loss.backward()


model = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 1, 3, padding=1))
Trainer(model, [(torch.randn(2, 1, 16, 16), torch.randn(2, 1, 16, 16)) for _ in range(10)]).run()
