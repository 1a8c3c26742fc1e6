import torch
from torch import nn
from torch.nn import functional as F


class Sentences(nn.Module):
    def __init__(self, words, size, kernels, kinds):
        super().__init__()
        self.embed = nn.Embedding(words, size)
        self.convolutions = [nn.Conv2d(1, 100, (k, size)) for k in kernels]  # TLN601
        self.last = nn.Linear(len(kernels) * 100, kinds)

    def forward(self, text):
        x = self.embed(text).unsqueeze(1)
        x = [F.relu(convolution(x)).squeeze(3) for convolution in self.convolutions]
        x = [F.max_pool1d(i, i.size(2)).squeeze(2) for i in x]
        return self.last(torch.cat(x, 1))
