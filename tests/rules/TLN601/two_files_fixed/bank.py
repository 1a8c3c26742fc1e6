from base import Base
from torch import nn


class Bank(Base):
    def __init__(self, width):
        super().__init__()
        first = nn.Embedding(10, width)
        second = nn.Embedding(20, width)
        self.tables = nn.ModuleList([first, second])

    def forward(self, x):
        return sum(table(x[:, i]) for i, table in enumerate(self.tables)) * self.scale
