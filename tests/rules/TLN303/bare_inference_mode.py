import torch
from torch import nn

embedder = nn.Sequential(nn.Linear(10, 6), nn.Dropout(0.1)).eval()
index = []
torch.inference_mode()  # TLN303
for chunk in torch.randn(4, 3, 10):
    index.append(nn.functional.normalize(embedder(chunk), dim=1))
print(torch.cat(index).shape)
