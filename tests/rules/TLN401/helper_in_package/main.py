import torch

from vision.ocr import LineReader

print(LineReader()(torch.rand(1, 1, 8, 16)).shape)
