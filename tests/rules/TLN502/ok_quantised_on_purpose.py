"""An affine code that is meant to live in eight bits."""
import torch


def quantise(x, scale, zero):
    q = torch.clamp(torch.round(x / scale) + zero, 0, 255).to(torch.uint8)
    back = (q.to(torch.float32) - zero) * scale
    return q, back


def xor_delta(a, b):
    a, b = a.to(torch.uint8), b.to(torch.uint8)
    return a ^ b


print(quantise(torch.randn(4), 0.05, 128)[1], xor_delta(torch.tensor([7]), torch.tensor([2])))
