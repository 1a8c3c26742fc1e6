import segmentation_models_pytorch as smp
import torch
from torch import nn


class Metrics(nn.Module):
    def __init__(self):
        super().__init__()
        self.accuracy = smp.utils.metrics.Accuracy(activation="sigmoid", threshold=0.5)
        self.iou = smp.utils.metrics.IoU(activation="sigmoid", threshold=0.5)

    def forward(self, out, mask):
        return {"accuracy": self.accuracy(out, mask), "iou": self.iou(out, mask)}


class Trainer:
    def __init__(self, device):
        self.model = nn.Conv2d(3, 1, 1).to(device)
        self.optimizer = torch.optim.Adam(self.model.parameters())
        self.metrics = Metrics().to(device)

    def train(self, loader, val_loader):
        for _ in range(10):
            for x, mask in loader:
                self.optimizer.zero_grad()
                out = self.model(x)
                nn.functional.binary_cross_entropy_with_logits(out, mask).backward()
                self.optimizer.step()
                print(self.metrics(out, mask))
            iou = 0
            with torch.no_grad():
                for x, mask in val_loader:
                    out = self.model(x)
                    found = self.metrics(out, mask)
                    iou += found["iou"].item()
            print(iou / len(val_loader))


Trainer("cuda").train(torch.load("train.pt"), torch.load("val.pt"))
