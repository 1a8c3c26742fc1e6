import torch
from torch import nn


def call_all(*functions):
    for f in functions:
        f()


enc, dec = nn.Linear(3, 2), nn.Linear(2, 3)
opt = torch.optim.SGD([*enc.parameters(), *dec.parameters()], lr=0.1)
call_all(enc.train, dec.train)
for _ in range(3):
    call_all(opt.zero_grad)
    call_all(dec(enc(torch.randn(2, 3))).mean().backward, opt.step)
call_all(enc.eval, dec.eval)
