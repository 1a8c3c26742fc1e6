import torch


def offsets(image, shift):
    image = image.to(torch.uint8)
    wide = image + shift.long()
    floating = image * torch.rand(image.shape)
    relative = image - image.float().mean()
    ratio = image / 3
    return wide, floating, relative, ratio


offsets(torch.full((3,), 200.0), torch.tensor([100, 100, 100]))
