import torch
from torch import nn


class Head(nn.Module):
    def __init__(self, dim, n_out, activation=None):
        super().__init__()
        self.proj = nn.Linear(dim, n_out)
        if activation == "softmax":
            self.activation = nn.Softmax(dim=-1)
        elif activation == "sigmoid":
            self.activation = nn.Sigmoid()
        else:
            self.activation = nn.Identity()

    def forward(self, h):
        return self.activation(self.proj(h))  # TLN201


class Grader(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.Linear(18, 36)
        self.head = Head(36, 4, activation="softmax")

    def forward(self, x):
        return self.head(self.enc(x).relu())


grader = Grader()
ce = nn.CrossEntropyLoss()
adam = torch.optim.Adam(grader.parameters())
for _ in range(8):
    adam.zero_grad()
    ce(grader(torch.randn(12, 18)), torch.randint(0, 4, (12,))).backward()
    adam.step()
