import torch
import torch.nn as nn


class WaferNet(nn.Module):
    def __init__(self):
        super(WaferNet, self).__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.fc = nn.Linear(4, 9)
        self.prob = nn.Softmax(dim=1)

    def forward(self, x):
        pooled = self.conv(x).relu().mean((2, 3))
        y = self.prob(self.fc(pooled))  # TLN201
        return y


net = WaferNet()
objective = nn.CrossEntropyLoss(reduction="sum")
optimizer = torch.optim.Adam(net.parameters())
for _ in range(4):
    wafer, defect = torch.rand(6, 3, 20, 20), torch.randint(0, 9, (6,))
    optimizer.zero_grad()
    loss = objective.forward(net.forward(wafer), defect)
    loss.backward()
    optimizer.step()
