import torch
import torch.nn.functional as F


def symmetric_kl(a, b):
    pa, pb = F.log_softmax(a, dim=-1), F.log_softmax(b, dim=-1)
    one = F.kl_div(pa, pb.exp(), reduction="batchmean")
    two = F.kl_div(pb, pa, reduction="batchmean", log_target=True)
    return 0.5 * (one + two)


def r_drop(model, x, y, alpha=1.0):
    first, second = model(x), model(x)
    ce = 0.5 * (F.cross_entropy(first, y) + F.cross_entropy(second, y))
    return ce + alpha * symmetric_kl(first, second)


net = torch.nn.Sequential(torch.nn.Linear(5, 8), torch.nn.Dropout(0.1), torch.nn.Linear(8, 3))
opt = torch.optim.Adam(net.parameters())
for _ in range(4):
    opt.zero_grad()
    r_drop(net, torch.randn(6, 5), torch.randint(0, 3, (6,))).backward()
    opt.step()
