from torch import nn


class Trainer:
    def __init__(self):
        self.nets = [nn.Linear(4, 4), nn.Linear(4, 4)]
        self.by_name = {"a": nn.Linear(4, 4), "b": nn.Linear(4, 4)}


def build(given):
    return [nn.Linear(4, 4) for _ in given]


class Holder(nn.Module):
    def __init__(self, given, pair):
        super().__init__()
        self.given = given
        self.pair = [pair[0], pair[1]]
        self.both = list(given)
