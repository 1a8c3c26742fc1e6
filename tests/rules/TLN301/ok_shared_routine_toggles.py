import torch
from torch import nn


def run(split, model, loader, opt=None):
    train = opt is not None
    model.train() if train else model.eval()
    total = 0.0
    with torch.set_grad_enabled(train):
        for x, y in loader:
            loss = nn.functional.binary_cross_entropy_with_logits(model(x).squeeze(1), y)
            if train:
                opt.zero_grad()
                loss.backward()
                opt.step()
            total += loss.item()
    print(split, total / len(loader))


model = nn.Sequential(nn.Linear(6, 6), nn.BatchNorm1d(6), nn.Dropout(0.1), nn.Linear(6, 1))
optimizer = torch.optim.Adam(model.parameters())
batches = [(torch.randn(4, 6), torch.randint(0, 2, (4,)).float()) for _ in range(5)]
for _ in range(2):
    run("train", model, batches[:3], optimizer)
    run("valid", model, batches[3:])
