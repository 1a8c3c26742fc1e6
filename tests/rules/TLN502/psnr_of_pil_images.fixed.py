import numpy as np
import torch
from PIL import Image


def psnr(path_a, path_b):
    a = np.array(Image.open(path_a))
    b = np.array(Image.open(path_b))
    a, b = a.astype(np.float64), b.astype(np.float64)
    mse = np.mean((a - b) ** 2)
    return torch.tensor(20 * np.log10(255.0 / np.sqrt(mse)))
