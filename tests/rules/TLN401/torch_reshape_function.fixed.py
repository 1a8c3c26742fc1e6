import torch
from torch import nn


class WaveEncoder(nn.Module):
    def __init__(self, dim=12):
        super().__init__()
        self.emb = nn.Embedding(256, dim)
        self.conv = nn.Conv1d(dim, 20, kernel_size=5, padding=2)

    def forward(self, codes):
        x = self.emb(codes)
        batch, length, dim = x.shape
        x = torch.transpose(x, 1, 2)
        return self.conv(x).relu().amax(dim=-1)


print(WaveEncoder()(torch.randint(0, 256, (3, 40))).shape)
