import torch
import torch.nn as nn
import torch.nn.functional as F


class DiceCELoss(nn.Module):
    def __init__(self, smooth=1.0):
        super().__init__()
        self.smooth = smooth
        self.ce = nn.CrossEntropyLoss()

    def forward(self, logits, mask):
        probs = logits.softmax(dim=1)
        onehot = F.one_hot(mask, logits.size(1)).permute(0, 3, 1, 2)
        inter = (probs * onehot).sum(dim=(2, 3))
        union = probs.sum(dim=(2, 3)) + onehot.sum(dim=(2, 3))
        dice = 1 - ((2 * inter + self.smooth) / (union + self.smooth)).mean()
        return self.ce(logits, mask) + dice


net = nn.Conv2d(1, 3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
loss = DiceCELoss()(net(torch.rand(2, 1, 6, 6)), torch.randint(0, 3, (2, 6, 6)))
opt.zero_grad()
loss.backward()
opt.step()
