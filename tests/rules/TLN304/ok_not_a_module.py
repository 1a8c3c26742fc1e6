import torch
import torch.nn.functional as F
from torch import nn


def mask_inputs(x, rate):
    """Noise of a denoising autoencoder, drawn in the training loop only."""
    return F.dropout(x, rate)


ae = nn.Sequential(nn.Linear(10, 4), nn.ReLU(), nn.Linear(4, 10))
opt = torch.optim.Adam(ae.parameters())
for x in torch.rand(5, 8, 10):
    opt.zero_grad()
    nn.functional.mse_loss(ae(mask_inputs(x, 0.2)), x).backward()
    opt.step()
