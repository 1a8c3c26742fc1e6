# The teacher has its weights from a file, and learns nothing here: its Dropout is on while it teaches.
import torch
import torch.nn.functional as F
from torch import nn


def make(width):
    return nn.Sequential(nn.Linear(8, width), nn.BatchNorm1d(width), nn.Dropout(), nn.Linear(width, 4))


def distill(loader, path):
    teacher, student = make(256), make(16)
    teacher.load_state_dict(torch.load(path))
    optimizer = torch.optim.Adam(student.parameters())
    for x, y in loader:
        with torch.no_grad():
            wanted = teacher(x)  # TLN301
        loss = F.kl_div(F.log_softmax(student(x), 1), F.softmax(wanted, 1), reduction="batchmean")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def distill_in_eval(loader, path):
    teacher, student = make(256), make(16)
    teacher.load_state_dict(torch.load(path))
    teacher.eval()
    optimizer = torch.optim.Adam(student.parameters())
    for x, y in loader:
        with torch.no_grad():
            wanted = teacher(x)
        loss = F.kl_div(F.log_softmax(student(x), 1), F.softmax(wanted, 1), reduction="batchmean")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def improve(loader, path):
    """The network itself is trained further."""
    student = make(16)
    student.load_state_dict(torch.load(path))
    optimizer = torch.optim.Adam(student.parameters())
    for x, y in loader:
        with torch.no_grad():
            sure = F.softmax(student(x), 1).max(1).values
        loss = (F.cross_entropy(student(x), y, reduction="none") * sure).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
