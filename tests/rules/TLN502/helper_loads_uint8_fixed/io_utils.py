import numpy as np
from PIL import Image


def load_rgb(path):
    return np.array(Image.open(path).convert("RGB"))
