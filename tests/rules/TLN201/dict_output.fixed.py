import torch
import torch.nn as nn
import torch.nn.functional as F


class Detector(nn.Module):
    def __init__(self, classes=21):
        super().__init__()
        self.backbone = nn.Conv2d(3, 16, 3, stride=2)
        self.cls = nn.Linear(16, classes)
        self.box = nn.Linear(16, 4)

    def forward(self, image):
        h = self.backbone(image).relu().mean(dim=(-2, -1))
        return {"cls": self.cls(h), "box": self.box(h)}


def losses(outputs, truth):
    box = F.smooth_l1_loss(outputs["box"], truth["box"])
    return F.cross_entropy(outputs["cls"], truth["cls"]) + box


net = Detector().train()
opt = torch.optim.SGD(net.parameters(), lr=0.01)
for _ in range(3):
    truth = {"cls": torch.randint(0, 21, (2,)), "box": torch.rand(2, 4)}
    loss = losses(net(torch.rand(2, 3, 32, 32)), truth)
    opt.zero_grad()
    loss.backward()
    opt.step()
