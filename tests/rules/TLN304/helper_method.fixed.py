import torch
import torch.nn as nn
import torch.nn.functional as F


class GAT(nn.Module):
    def __init__(self, f_in, f_out):
        super().__init__()
        self.w, self.a = nn.Linear(f_in, f_out), nn.Linear(2 * f_out, 1)

    def attend(self, h, adj):
        n = h.size(0)
        pairs = torch.cat([h.unsqueeze(1).expand(n, n, -1), h.unsqueeze(0).expand(n, n, -1)], dim=-1)
        e = F.leaky_relu(self.a(pairs).squeeze(-1)).masked_fill(adj == 0, -1e9)
        return F.dropout(e.softmax(dim=1), 0.6, training=self.training)

    def forward(self, x, adj):
        h = self.w(x)
        return self.attend(h, adj) @ h


print(GAT(4, 3)(torch.randn(5, 4), torch.eye(5)).shape)
