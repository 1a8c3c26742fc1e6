import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, p=0.3):
        super().__init__()
        self.p, self.fc = p, nn.Linear(5, 5)

    def forward(self, x):
        x = F.dropout(x, self.p, self.training)
        x = F.dropout(self.fc(x), training=self.training, inplace=True)
        if self.training:
            x = F.dropout(x, 0.1)
        return F.dropout(x, p=0.0)


print(Net()(torch.ones(2, 5)).shape)
