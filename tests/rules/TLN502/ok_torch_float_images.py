import torch
from torchvision.transforms.functional import to_tensor
from torchvision.utils import save_image


def mse(a, b):
    """PIL images as floats in 0 ... 1."""
    x, y = to_tensor(a), to_tensor(b)
    diff = x - y
    save_image((diff * 0.5 + 0.5).clamp(0, 1), "diff.png")
    shown = (diff.abs() * 255).to(torch.uint8)
    return (diff ** 2).mean(), shown.max()
