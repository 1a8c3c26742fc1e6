import torch
import torch.nn as nn
import torch.nn.functional as F


def segmentation_loss(net, scans, masks, weights=None):
    volume = net(scans)
    prob = F.softmax(volume, dim=1)  # TLN201
    classes = prob.size(1)
    flat = prob.permute(0, 2, 3, 1).contiguous().view(-1, classes)
    return F.cross_entropy(flat, masks.view(-1), weight=weights)


def fit(scans, masks):
    net = nn.Conv2d(1, 4, 3, padding=1)
    opt = torch.optim.Adam(net.parameters(), lr=1e-2)
    for _ in range(10):
        loss = segmentation_loss(net, scans, masks)
        opt.zero_grad()
        loss.backward()
        opt.step()


fit(torch.rand(2, 1, 8, 8), torch.randint(0, 4, (2, 8, 8)))
