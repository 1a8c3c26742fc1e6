import torch
import torch.nn.functional as F


def distillation_loss(student_logits, teacher_logits, T=4.0):
    target = F.softmax(teacher_logits.detach() / T, dim=1)
    guess = F.softmax(student_logits / T, dim=1)  # TLN203
    return F.kl_div(guess, target, reduction="batchmean") * T * T


student, teacher = torch.nn.Linear(8, 5), torch.nn.Linear(8, 5)
opt = torch.optim.Adam(student.parameters())
for _ in range(6):
    x = torch.randn(10, 8)
    opt.zero_grad()
    distillation_loss(student(x), teacher(x)).backward()
    opt.step()
