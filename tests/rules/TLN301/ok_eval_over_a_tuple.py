import torch
from torch import nn

enc = nn.Sequential(nn.Linear(5, 8), nn.Dropout(0.1))
dec = nn.Sequential(nn.Linear(8, 5), nn.Dropout(0.1))
opt = torch.optim.Adam([*enc.parameters(), *dec.parameters()])


def mode(training):
    for part in (enc, dec):
        part.train(training)


for epoch in range(2):
    mode(True)
    for x in torch.randn(4, 6, 5):
        opt.zero_grad()
        nn.functional.mse_loss(dec(enc(x)), x).backward()
        opt.step()
    mode(False)
    with torch.no_grad():
        for x in torch.randn(2, 6, 5):
            print(nn.functional.mse_loss(dec(enc(x)), x).item())
