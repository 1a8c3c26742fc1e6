import torch
from torch import nn

from tags import PhotoTags

net = PhotoTags(9)
criterion = nn.BCEWithLogitsLoss(pos_weight=torch.full((9,), 4.0))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(5):
    photo, tags = torch.rand(4, 3, 16, 16), torch.randint(0, 2, (4, 9)).float()
    optimizer.zero_grad()
    loss = criterion(net(photo), tags)
    loss.backward()
    optimizer.step()
