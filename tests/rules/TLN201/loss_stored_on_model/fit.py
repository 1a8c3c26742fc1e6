import torch
from torch import nn

from charmodel import CharRanker

ranker = CharRanker()
ranker.add_loss_op(nn.CrossEntropyLoss())
ranker.add_optimizer(torch.optim.Adam(ranker.parameters()))
ranker.run_epoch([(torch.randint(0, 64, (5, 12)), torch.randint(0, 7, (5,)))])
