"""Distil a big classifier into a small one."""
import torch
import torch.nn.functional as F
from torch import nn


def distil(batches, temperature=4.0):
    teacher = nn.Sequential(nn.Linear(32, 256), nn.ReLU(), nn.Linear(256, 10))
    student = nn.Sequential(nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 10))
    opt = torch.optim.Adam(student.parameters(), lr=1e-3)
    teacher.eval()
    for x in batches:
        with torch.no_grad():
            soft = F.softmax(teacher(x) / temperature, dim=1)
        teacher.zero_grad()
        logp = F.log_softmax(student(x) / temperature, dim=1)
        loss = F.kl_div(logp, soft, reduction="batchmean") * temperature ** 2
        loss.backward()
        opt.step()  # TLN101
    return student
