import numpy as np
from PIL import Image


def psnr(original, compared):
    if isinstance(original, str):
        original = np.array(Image.open(original).convert("RGB")).astype(np.float32)
    if isinstance(compared, str):
        compared = np.array(Image.open(compared).convert("RGB")).astype(np.float32)
    error = np.mean(np.square(original - compared))
    return 10 * np.log10(255.0**2 / error)


def brightness(image):
    if isinstance(image, str):
        image = np.array(Image.open(image))
    return image.mean() - 127
