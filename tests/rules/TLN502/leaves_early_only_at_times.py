import numpy as np
from skimage.io import imread


def to_bytes(data, keep=False):
    background = imread("background.png")
    if keep:
        if data.dtype == np.uint8:
            return data
    return (data - background) * 2.5  # TLN502


def read(path):
    return to_bytes(imread(path))


print(read("image.png"))
