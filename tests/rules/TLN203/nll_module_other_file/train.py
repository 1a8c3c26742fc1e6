import torch
from torch import nn

from acgan import Judge

judge = Judge()
source_loss, kind_loss = nn.BCELoss(), nn.NLLLoss()
opt = torch.optim.Adam(judge.parameters(), lr=2e-4, betas=(0.5, 0.999))
for _ in range(4):
    img, kind = torch.rand(4, 3, 16, 16), torch.randint(0, 10, (4,))
    judge.zero_grad()
    source, named = judge(img)
    loss = source_loss(source, torch.ones(4)) + kind_loss(named, kind)  # TLN203
    loss.backward()
    opt.step()
