import torch

from app.train import train

train([(torch.randn(3, 1, 40), torch.randint(0, 4, (3,))) for _ in range(3)])
