import cv2
import torch


def blend(path_a, path_b):
    a, b = cv2.imread(path_a, cv2.IMREAD_COLOR), cv2.imread(path_b, cv2.IMREAD_COLOR)
    mean = (a + b) / 2  # TLN502
    return torch.from_numpy(mean).permute(2, 0, 1)
