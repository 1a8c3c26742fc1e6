import torch
from torch import nn


def training_step(gnn, graph, labels, mask, criterion=nn.NLLLoss()):
    out = gnn(graph)
    out = torch.softmax(out, dim=1)  # TLN203
    return criterion(out[mask], labels[mask])


gnn = nn.Sequential(nn.Linear(6, 12), nn.ReLU(), nn.Linear(12, 3))
opt = torch.optim.Adam(gnn.parameters(), weight_decay=5e-4)
nodes, labels = torch.randn(40, 6), torch.randint(0, 3, (40,))
for _ in range(10):
    opt.zero_grad()
    loss = training_step(gnn, nodes, labels, torch.rand(40) < 0.3)
    loss.backward()
    opt.step()
