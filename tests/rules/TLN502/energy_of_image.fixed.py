import torch


def rms(image):
    image = image.mul(255).round().to(torch.uint8)
    return (image.float() ** 2).mean().sqrt()


print(rms(torch.full((4, 4), 0.9)))
