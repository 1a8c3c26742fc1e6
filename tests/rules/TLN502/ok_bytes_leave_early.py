import numpy as np
from skimage.io import imread


def to_bytes(data, darkest=None):
    """Images of 16 bits are scaled."""
    if data.dtype == np.uint8:
        return data
    background = imread("background.png")
    if darkest is None:
        darkest = data.min()
    return (data - background) * (255.0 / (data.max() - darkest))


def read(path):
    return to_bytes(imread(path))


print(read("image.png"))
