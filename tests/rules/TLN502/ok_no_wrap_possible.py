import cv2
import numpy as np
import torch


def views(path):
    image = cv2.imread(path)
    negative = 255 - image
    scaled = image / 255
    brighter = np.clip(image * 1.2 + 10.0, 0, 255)
    grey = image.mean(axis=2)
    same = image == 0
    bits = image & 15
    halved = image // 2
    gamma = (image / 255.0) ** 2.2
    normal = (image - np.array([103.9, 116.8, 123.7])) / 57.4
    return torch.from_numpy(negative), scaled, brighter, grey, same, bits, halved, gamma, normal
