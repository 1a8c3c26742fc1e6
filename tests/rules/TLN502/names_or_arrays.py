import numpy as np
from PIL import Image


def psnr(original, compared):
    if isinstance(original, str):
        original = np.array(Image.open(original).convert("RGB"))
    if isinstance(compared, str):
        compared = np.array(Image.open(compared).convert("RGB"))
    error = np.mean(np.square(original - compared))  # TLN502
    return 10 * np.log10(255.0**2 / error)
