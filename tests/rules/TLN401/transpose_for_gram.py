import torch


def gram(features):
    """Style of a feature map: (B, C, H, W) -> (B, C, C)."""
    b, c, h, w = features.size()
    flat = features.view(b, c, h * w)
    flat_t = features.view(b, h * w, c)  # TLN401
    return torch.bmm(flat, flat_t) / (c * h * w)


print(gram(torch.rand(1, 4, 5, 6)).shape)
