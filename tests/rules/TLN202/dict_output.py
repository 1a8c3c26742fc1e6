import torch
import torch.nn as nn
import torch.nn.functional as F


class Matcher(nn.Module):
    def __init__(self, dim=16):
        super().__init__()
        self.final = nn.Linear(dim, dim)
        self.matchable = nn.Linear(dim, 1)

    def forward(self, data):
        d0, d1 = self.final(data["desc0"]), self.final(data["desc1"])
        sim = d0 @ d1.transpose(1, 2)
        z0 = self.matchable(data["desc0"]).sigmoid().squeeze(-1)  # TLN202
        return {"similarity": sim, "matchability": z0}


def loss(pred, data):
    found = F.binary_cross_entropy_with_logits(pred["matchability"], data["has_match"])
    return found + F.mse_loss(pred["similarity"], data["assignment"])


net = Matcher()
opt = torch.optim.Adam(net.parameters())
for _ in range(4):
    data = {"desc0": torch.randn(2, 5, 16), "desc1": torch.randn(2, 5, 16)}
    data |= {"has_match": torch.ones(2, 5), "assignment": torch.eye(5).expand(2, 5, 5)}
    opt.zero_grad()
    loss(net(data), data).backward()
    opt.step()
