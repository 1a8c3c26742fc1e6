import torch
from torch import nn

extractor = nn.Sequential(nn.Conv2d(1, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
probe = nn.Linear(6, 3)
for p in extractor.parameters():
    p.requires_grad = False
opt = torch.optim.SGD(probe.parameters(), lr=0.1)

for epoch in range(3):
    extractor.eval()
    for x, y in [(torch.rand(4, 1, 7, 7), torch.randint(0, 3, (4,))) for _ in range(3)]:
        with torch.no_grad():
            feats = extractor(x)
        opt.zero_grad()
        nn.functional.cross_entropy(probe(feats), y).backward()
        opt.step()
