import torch
from torch import nn
from torch.nn import functional as F


def distil(student, teacher, stream, opt, T=3.0):
    for x in stream:
        teacher.eval()
        student.train()
        with torch.no_grad():
            goal = F.softmax(teacher(x) / T, dim=1)
        loss = F.kl_div(F.log_softmax(student(x) / T, dim=1), goal, reduction="batchmean")
        opt.zero_grad()
        loss.backward()
        opt.step()


big = nn.Sequential(nn.Linear(6, 60), nn.Dropout(0.3), nn.Linear(60, 4))
small = nn.Sequential(nn.Linear(6, 8), nn.Dropout(0.1), nn.Linear(8, 4))
distil(small, big, torch.randn(5, 7, 6), torch.optim.Adam(small.parameters()))
