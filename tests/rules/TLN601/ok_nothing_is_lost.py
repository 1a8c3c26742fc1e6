import torch
from torch import nn


class Net(nn.Module):
    """A variant that was tried is still written down."""

    def __init__(self):
        super().__init__()
        self.tried = [nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 8)]
        self.tried.append(nn.Linear(8, 8))
        self.layers = nn.ModuleList([nn.Linear(8, 8), nn.ReLU()])

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


print(Net()(torch.randn(2, 8)).shape)


class Demonstration(nn.Module):
    """Shows what is registered."""

    def __init__(self):
        super().__init__()
        self.list = [nn.Linear(3, 4), nn.ReLU()]
        self.module_list = nn.ModuleList([nn.Conv2d(3, 3, 3), nn.ReLU()])

    def forward(self):
        pass


print(Demonstration().list, Demonstration())


class Flows(nn.Module):
    """The parameters of the layers are registered, and not the layers."""

    def __init__(self, flows):
        super().__init__()
        self.flows, self.parts = [], []
        for _ in range(flows):
            layer = nn.Sequential(nn.Linear(4, 4), nn.ELU())
            self.parts += list(layer.parameters())
            self.flows.append((layer, nn.ELU()))
        self.parts = nn.ParameterList(self.parts)

    def forward(self, x):
        for layer, activation in self.flows:
            x = activation(layer(x))
        return x


class Chosen(nn.Module):
    """One of several networks is taken out of a dict, and its layers are registered."""

    def __init__(self, name):
        super().__init__()
        self.choices = {"small": nn.Linear(4, 4), "large": nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 4))}
        net = self._pick(name)
        self.features = nn.Sequential(*list(net.children())[:-1])

    def _pick(self, name):
        return self.choices[name]

    def forward(self, x):
        return self.features(x)
