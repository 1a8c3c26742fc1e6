import torch
import torch.nn.functional as F


def semi_supervised_step(student, teacher, labelled, unlabelled, opt, weight=10.0):
    x, y = labelled
    student.train()
    logits = student(x)
    supervised = F.cross_entropy(logits, y)
    ours = F.softmax(student(unlabelled), dim=1)
    with torch.no_grad():
        theirs = F.softmax(teacher(unlabelled), dim=1)
    loss = supervised + weight * F.mse_loss(ours, theirs)
    opt.zero_grad()
    loss.backward()
    opt.step()
    return loss.item()
