from torch import nn


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.vgg = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU())
        self.vgg.requires_grad = False
        for weight in self.vgg.parameters():
            weight.requires_grad = False

    def forward(self, x):
        return self.vgg(x)
