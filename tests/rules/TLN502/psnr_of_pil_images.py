import numpy as np
import torch
from PIL import Image


def psnr(path_a, path_b):
    a = np.array(Image.open(path_a))
    b = np.array(Image.open(path_b))
    mse = np.mean((a - b) ** 2)  # TLN502
    return torch.tensor(20 * np.log10(255.0 / np.sqrt(mse)))
