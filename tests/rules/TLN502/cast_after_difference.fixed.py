import torch
from torchvision.io import read_image


def photometric_error(left_path, right_path):
    left = read_image(left_path)
    right = read_image(right_path)
    return (left.float() - right.float()).abs().mean()
