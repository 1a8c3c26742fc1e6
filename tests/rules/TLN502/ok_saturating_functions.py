"""OpenCV's own arithmetic stops at 0 and 255."""
import cv2
import torch


def changes(a, b):
    a, b = cv2.imread(a), cv2.imread(b)
    diff = cv2.absdiff(a, b)
    sharper = cv2.addWeighted(a, 1.5, b, -0.5, 0)
    darker = cv2.subtract(a, b)
    return torch.from_numpy(diff), sharper, darker, cv2.add(a, b)
