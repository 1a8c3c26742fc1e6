import cv2
import numpy as np
import torch


def correlation(image_path, patch_path):
    """How well the patch fits in the upper left corner."""
    image, patch = cv2.imread(image_path, 0), cv2.imread(patch_path, 0)
    h, w = patch.shape
    window = image[:h, :w]
    return torch.tensor(float((window * patch).sum()))  # TLN502
