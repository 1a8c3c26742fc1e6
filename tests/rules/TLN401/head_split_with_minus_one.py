import torch
from torch import nn
from torch.nn import functional as F


class GraphAttention(nn.Module):
    def __init__(self, in_dim, hid, n_heads=8):
        super().__init__()
        self.n_heads = n_heads
        self.hid = hid
        self.w = nn.Linear(in_dim, n_heads * hid)

    def forward(self, nodes):
        batch_size, num_nodes, _ = nodes.shape
        h = self.w(nodes).view(batch_size, self.n_heads, -1, self.hid)  # TLN401
        sim = F.normalize(h, dim=-1) @ F.normalize(h, dim=-1).transpose(2, 3)
        return sim.mean(dim=1)


print(GraphAttention(3, 4)(torch.randn(2, 11, 3)).shape)
