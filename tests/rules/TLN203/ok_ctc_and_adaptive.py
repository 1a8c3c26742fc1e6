import torch
from torch import nn

acoustic = nn.LSTM(13, 24)
to_char = nn.Sequential(nn.Linear(24, 28), nn.LogSoftmax(dim=-1))
adaptive = nn.AdaptiveLogSoftmaxWithLoss(24, 100, cutoffs=[10, 50])
ctc = nn.CTCLoss()
opt = torch.optim.Adam([*acoustic.parameters(), *to_char.parameters(), *adaptive.parameters()])
for _ in range(3):
    h, _ = acoustic(torch.randn(30, 2, 13))
    log_probs = to_char(h)
    text, n = torch.randint(1, 28, (2, 6)), torch.tensor([6, 6])
    loss = ctc(log_probs, text, torch.tensor([30, 30]), n)
    loss = loss + adaptive(h[-1], torch.randint(0, 100, (2,))).loss
    opt.zero_grad()
    loss.backward()
    opt.step()
