import torch
from torch import nn

from loops import test_epoch, train_epoch

model = nn.Sequential(nn.Flatten(), nn.Dropout(0.1), nn.Linear(27, 4))
opt = torch.optim.SGD(model.parameters(), lr=0.1)
data = [(torch.rand(5, 3, 3, 3), torch.randint(0, 4, (5,))) for _ in range(4)]
for epoch in range(3):
    train_epoch(model, data, opt)
    print(test_epoch(model, data))
