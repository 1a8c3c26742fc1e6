import cv2
import numpy as np
import torch


def frames(names):
    return [cv2.imread(name, cv2.IMREAD_COLOR) for name in names]


def halved(first, second):
    a, b = cv2.imread(first), cv2.imread(second)
    return torch.from_numpy((a + b) * 0.5)  # TLN502


def cast_before_the_division(first, second):
    a, b = cv2.imread(first), cv2.imread(second)
    total = a + b  # TLN502
    return torch.from_numpy(total.astype(np.float32) / 2)


def level(first, second):
    a, b = cv2.imread(first), cv2.imread(second)
    return float(np.mean(a + b)) / 2  # TLN502


def ids(labels_path, instances_path):
    semantic, instance = cv2.imread(labels_path, 0), cv2.imread(instances_path, 0)
    return torch.from_numpy((semantic * 1000 + instance).astype(np.int64))  # TLN502


def brighter(path):
    return torch.from_numpy(np.clip(cv2.imread(path, 0) * 2, 0, 255))  # TLN502
