import torch
import torch.nn as nn
import torch.nn.functional as F


class Blur(nn.Module):
    def __init__(self, kernel):
        super().__init__()
        self.kernel = kernel

    def forward(self, x):
        conv = nn.Conv2d(1, 1, 3, padding=1, bias=False)
        conv.weight.data = self.kernel
        again = nn.Conv2d(1, 1, 3, bias=False)
        nn.init.constant_(again.weight, 1 / 9)
        other = nn.Conv2d(1, 1, 3, bias=False)
        other.load_state_dict({"weight": self.kernel})
        return conv(x), again(x), other(x)


class Hyper(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.width = width
        self.maker = nn.Linear(width, width * width)

    def forward(self, x):
        layer = nn.Linear(self.width, self.width, bias=False)
        weight = self.maker(x.mean(0)).view(self.width, self.width)
        return torch.func.functional_call(layer, {"weight": weight}, (x,))


class Plain(nn.Module):
    def forward(self, x):
        x = nn.ReLU()(nn.MaxPool2d(2)(x))
        x = nn.LayerNorm(x.shape[1:], elementwise_affine=False)(x)
        x = nn.Upsample(scale_factor=2)(x)
        return nn.Sequential(nn.Flatten(), nn.Softmax(dim=1))(x), nn.MSELoss()(x, x)


class Critic(nn.Module):
    """A trained network that is loaded where it is made."""

    def __init__(self, path="critic.pt"):
        super().__init__()
        self.features = nn.Linear(8, 8)
        self.load_state_dict(torch.load(path))

    def forward(self, x):
        return self.features(x)


class Loss(nn.Module):
    def forward(self, a, b):
        critic = Critic()
        return F.mse_loss(critic(a), critic(b))


class Builder:
    """No module."""

    def forward(self, x):
        return nn.Linear(x.size(1), 2)(x)
