from torch import nn


class PlantNet(nn.Module):
    def __init__(self, n_species):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 12, 3), nn.BatchNorm2d(12), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
        )
        self.name = nn.Linear(12, n_species)

    def forward(self, photo):
        return self.name(self.body(photo))
