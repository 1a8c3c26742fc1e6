import torch

batch, chars = 5, 21
words = torch.arange(batch * chars * 4).reshape(4, batch, chars)
n, b, c = words.shape
words.view(b, n, c)
words.view(b, n, c).contiguous()
