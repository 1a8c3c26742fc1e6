import torch
import torch.nn as nn
import torch.nn.functional as F


class GCN(nn.Module):
    def __init__(self, f, c):
        super().__init__()
        self.a, self.b = nn.Linear(f, 16), nn.Linear(16, c)

    def forward(self, x, adj):
        x = F.relu(adj @ self.a(x))
        x = F.dropout(x, 0.5, training=self.training)
        return F.log_softmax(adj @ self.b(x), dim=1)


net = GCN(8, 3)
opt = torch.optim.Adam(net.parameters())
x, y, adj = torch.randn(20, 8), torch.randint(0, 3, (20,)), torch.eye(20)
for _ in range(5):
    net.train()
    opt.zero_grad()
    F.nll_loss(net(x, adj)[:10], y[:10]).backward()
    opt.step()
