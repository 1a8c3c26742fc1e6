import torch
from torch import nn
from trainer import Trainer

trainer = Trainer(nn.Linear(10, 2), nn.CrossEntropyLoss())
for _ in range(50):
    print(trainer.run_batch(torch.randn(8, 10), torch.randint(2, (8,))))
