import torch

frames = torch.randint(0, 256, (16, 8, 8), dtype=torch.uint8)
background = torch.empty(8, 8, dtype=torch.int64)
torch.sum(frames, dim=0, out=background)
print((background // 16).float().mean())
