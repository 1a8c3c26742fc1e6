"""Whether two images are the same: a difference that wraps is zero just where the images agree."""
import cv2
import numpy as np
import torch


def same(first, second):
    a, b = cv2.imread(first), cv2.imread(second)
    assert np.sum(np.abs(a - b)) < 0.001
    changed = (a - b) != 0
    return torch.from_numpy(changed).any()
