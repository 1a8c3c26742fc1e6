import cv2
import numpy as np
import torch
from PIL import Image


def compare(a, b):
    one, two = np.array(Image.open(a)).astype(np.float64), np.array(Image.open(b)).astype(np.float64)
    mse = np.mean((one - two) ** 2)
    x = np.asarray(Image.open(a), dtype=np.float32) - np.asarray(Image.open(b), dtype=np.float32)
    left, right = cv2.imread(a), cv2.imread(b)
    y = left.astype(np.int16) - right
    z = np.float32(left) - np.float32(right)
    t = torch.from_numpy(left).float() - torch.from_numpy(right)
    return mse, x, y, z, t
