import torch
import torch.nn as nn


class Lazy(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = None
        self.by_size = {}
        self.tails = nn.ModuleDict()

    def build(self, width):
        self.side = nn.Linear(width, 4)
        self.ready = True

    def forward(self, x):
        if self.head is None:
            self.head = nn.Linear(x.size(1), 10).to(x.device)
        if not hasattr(self, "ready"):
            self.build(x.size(1))
        if not hasattr(self, "extra"):
            self.add_module("extra", nn.Linear(x.size(1), 3))
        key = str(x.size(1))
        if key not in self.tails:
            self.tails[key] = nn.Linear(x.size(1), 2)
        layer = self.by_size.get(key)
        if layer is None:
            layer = nn.Linear(x.size(1), 2)
            self.by_size[key] = layer
        return self.head(x), self.side(x), self.extra(x), self.tails[key](x), layer(x)


class Made(nn.Module):
    """Whoever calls `grow` gets a layer to keep."""

    def __init__(self, width):
        super().__init__()
        self.width = width
        self.layer = self.grow(width)

    def grow(self, width):
        layer = nn.Linear(self.width, width)
        layer(torch.zeros(1, self.width))
        return layer

    def forward(self, x):
        return self.layer(x)


class Early(nn.Module):
    def __init__(self):
        super().__init__()
        self.ready = False

    def forward(self, x):
        if self.ready:
            return self.head(x)
        self.head = nn.Linear(x.size(1), 4)
        self.ready = True
        return self.head(x)


class Tried(nn.Module):
    def forward(self, x):
        try:
            return self.head(x)
        except AttributeError:
            self.head = nn.Linear(x.size(1), 4)
        return self.head(x)


class Once(nn.Module):
    def forward(self, x):
        layers = self.__dict__.setdefault("layers", nn.Linear(x.size(1), 4))
        return layers(x)
