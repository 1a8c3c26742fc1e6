from torch import nn


class Wrapped(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.layers = []
        for _ in range(n):
            self.layers.append(nn.Linear(4, 4))
        self.layers = nn.ModuleList(self.layers)


class Named(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.layers = [nn.Linear(4, 4) for _ in range(n)]
        for i, layer in enumerate(self.layers):
            self.add_module(f"layer{i}", layer)


class BySetattr(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.lookup = {}
        for i in range(n):
            layer = nn.Linear(4, 4)
            setattr(self, f"layer{i}", layer)
            self.lookup[i] = layer


class Chained(nn.Module):
    def __init__(self):
        super().__init__()
        self.parts = [nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4)]
        self.net = nn.Sequential(*self.parts)


class Local(nn.Module):
    def __init__(self, n):
        super().__init__()
        layers = [nn.Linear(4, 4), nn.Linear(4, 2)]
        for _ in range(n):
            layers.append(nn.Linear(4, 4))
        self.all = nn.ModuleList(layers)
        self.taps = layers


class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.second = nn.Linear(4, 4)
        third = nn.Linear(4, 4)
        self.third = third
        self.order = [self.first, self.second]
        self.rest = [third, third]
