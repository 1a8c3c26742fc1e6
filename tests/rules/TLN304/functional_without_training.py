import torch
import torch.nn.functional as F
from torch import nn


class Classifier(nn.Module):
    def __init__(self, dim=12, classes=3):
        super().__init__()
        self.fc1 = nn.Linear(dim, 24)
        self.fc2 = nn.Linear(24, classes)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = F.dropout(x, p=0.5)  # TLN304
        return self.fc2(x)


print(Classifier().eval()(torch.randn(2, 12)).shape)
