import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn


def train(net, loader, val_loader):
    ema = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(0.99))
    opt = torch.optim.AdamW(net.parameters())
    net.train()
    for i, (x, y) in enumerate(loader):
        opt.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        opt.step()
        ema.update_parameters(net)
        if i % 2 == 0:
            ema.eval()
            with torch.no_grad():
                print(sum(nn.functional.cross_entropy(ema(a), b).item() for a, b in val_loader))


batches = [(torch.randn(4, 6), torch.randint(0, 3, (4,))) for _ in range(4)]
train(nn.Sequential(nn.Linear(6, 8), nn.Dropout(0.1), nn.Linear(8, 3)), batches, batches)
