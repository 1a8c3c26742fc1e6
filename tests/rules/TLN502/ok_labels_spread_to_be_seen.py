"""There are few classes; times ten they can be told apart in a picture."""

import cv2
import torch


def show(path):
    labels = cv2.imread(path, 0)
    cv2.imshow("labels", labels * 10)
    return torch.from_numpy(cv2.imread(path, cv2.IMREAD_GRAYSCALE) * 20)
