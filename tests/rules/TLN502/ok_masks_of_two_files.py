"""The left and the right lung lie side by side: where one mask is 255, the other is 0."""

import cv2
import torch


def lungs(left_path, right_path):
    left = cv2.imread(left_path, cv2.IMREAD_GRAYSCALE)
    right = cv2.imread(right_path, cv2.IMREAD_GRAYSCALE)
    both = left + right
    return torch.from_numpy(both.clip(0, 255))
