"""NumPy takes a wider type for a number that does not fit into eight bits, or raises."""

import cv2
import numpy as np
import torch


def colour_codes(path):
    image = cv2.imread(path)
    return torch.from_numpy((image[..., 0] * 256 + image[..., 1]).astype(np.int64))


def shifted(path):
    return torch.from_numpy(cv2.imread(path) - 300)
