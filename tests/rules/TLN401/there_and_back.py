import torch

MEAN = torch.tensor([104.0, 117.0, 123.0])


def centred(images):
    b, c, h, w = images.size()
    return (images.view(b, h, w, c) - MEAN).view(b, c, h, w)  # TLN401
