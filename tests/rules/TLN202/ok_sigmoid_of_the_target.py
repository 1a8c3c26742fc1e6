import torch
from torch import nn
from torch.nn import functional as F

student, teacher = nn.Linear(6, 3), nn.Linear(6, 3)
opt = torch.optim.SGD(student.parameters(), lr=0.1)
for _ in range(5):
    x = torch.randn(4, 6)
    with torch.no_grad():
        soft = torch.sigmoid(teacher(x) / 2)
    loss = F.binary_cross_entropy_with_logits(student(x) / 2, soft)
    opt.zero_grad()
    loss.backward()
    opt.step()
