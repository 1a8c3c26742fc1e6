import torch
import torch.nn as nn


class ShapesNet(nn.Module):
    def __init__(self, n_classes=6):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveAvgPool2d(4)
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Sequential(nn.Linear(128, 64), nn.ReLU()),
            nn.Sequential(nn.Linear(64, n_classes)),
        )

    def forward(self, img):
        return self.classifier(self.features(img))


def fit(images, kinds):
    net = ShapesNet().train()
    loss_fn = nn.CrossEntropyLoss()
    opt = torch.optim.SGD(net.parameters(), lr=0.01)
    for _ in range(5):
        out = net(images)
        loss = loss_fn(out, kinds)
        opt.zero_grad()
        loss.backward()
        opt.step()
    return net


fit(torch.rand(12, 1, 16, 16), torch.randint(0, 6, (12,)))
