import torch
from torch import nn


class Hate(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.EmbeddingBag(300, 20)
        self.out = nn.Linear(20, 6)

    def forward(self, ids):
        z = self.out(self.emb(ids))
        return z if self.training else torch.sigmoid(z)


def fit(batches):
    net = Hate()
    criterion = nn.BCEWithLogitsLoss()
    opt = torch.optim.Adam(net.parameters())
    net.train()
    for ids, labels in batches:
        opt.zero_grad()
        criterion(net(ids), labels).backward()
        opt.step()
    net.eval()
    with torch.no_grad():
        return net(batches[0][0])


fit([(torch.randint(0, 300, (4, 12)), torch.randint(0, 2, (4, 6)).float()) for _ in range(3)])
