import torch
from torch import nn


class MultiTask(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Linear(20, 20)
        self.age = nn.Linear(20, 1)
        self.job = nn.Sequential(nn.Linear(20, 9), nn.Softmax(-1))  # TLN201

    def forward(self, x):
        h = torch.tanh(self.trunk(x))
        return self.age(h).squeeze(-1), self.job(h)


losses = {"age": nn.L1Loss(), "job": nn.CrossEntropyLoss()}
model = MultiTask()
opt = torch.optim.Adam(model.parameters())
for _ in range(5):
    age, job = model(torch.randn(14, 20))
    total = losses["age"](age, torch.rand(14)) + 0.5 * losses["job"](job, torch.randint(0, 9, (14,)))
    opt.zero_grad()
    total.backward()
    opt.step()
