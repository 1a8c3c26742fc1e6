import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(20, 4)

    def forward(self, x):
        return self.fc(x)


def accuracy(loader):
    net = Net()
    net.eval()
    count = 0
    with torch.no_grad():
        for x, y in loader:
            out = net(x)
            count += torch.max(out, 1) == y  # TLN403
            best = out.max(dim=-1)
            if (best == y) is True:  # TLN403
                print("all right")
            top = net(x).topk(1)
            count += top.indices.squeeze(1).eq(y).sum()
    return count
