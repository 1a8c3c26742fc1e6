import torch
from torch import nn


def predict(model, batches):
    model.eval()
    torch.no_grad()  # TLN303
    return [model(b).argmax(dim=1) for b in batches]


print(predict(nn.Linear(4, 3), torch.randn(2, 5, 4)))
